package dev.gantry.engine.log.driver;

import dev.gantry.engine.log.LogDriver;
import dev.gantry.engine.log.LogDrivers;
import dev.gantry.linux.Linux;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// The drivers that every engine has.
public final class BuiltInDrivers implements LogDrivers {

    private final Map<String, LogDriver> all;

    /// `journal` is the socket of the journal of the host.
    public BuiltInDrivers(Linux linux, Path journal) {
        Dialer dialer = new Dialer(linux);
        all = Map.of(
                "syslog", new SyslogDriver(dialer),
                "gelf", new GelfDriver(dialer),
                "fluentd", new FluentdDriver(dialer),
                "journald", new JournaldDriver(dialer, journal));
    }

    @Override
    public Optional<LogDriver> find(String name) {
        return Optional.ofNullable(all.get(name));
    }
}
