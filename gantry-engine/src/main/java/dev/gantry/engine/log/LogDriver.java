package dev.gantry.engine.log;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/// A place outside of this engine for what containers write. The watch of a container keeps its records in a file, and
/// [Forwarding] reads them there: a driver that is slow or away holds no container up.
public interface LogDriver {
    /// Refuses options that it has not, when a container is created. [dev.gantry.base.InvalidArgument]
    void check(Map<String, String> options);

    /// Reaches the place for one container. What fails here, fails the container's start.
    LogSink open(LogSource source) throws IOException;

    /// What it has kept of a container; empty for a driver that cannot tell, and then the file is read.
    default Optional<LogStream> read(LogSource source, LogQuery query) {
        return Optional.empty();
    }
}
