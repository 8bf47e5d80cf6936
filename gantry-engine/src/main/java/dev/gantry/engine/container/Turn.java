package dev.gantry.engine.container;

import dev.gantry.base.Internal;
import dev.gantry.network.address.Ip;
import dev.gantry.network.files.ResolvConf;
import dev.gantry.runtime.watch.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One container while nothing else acts on it.
public final class Turn {
    private final StoredContainer row;
    private final Container.Files files;
    private final @Nullable Watch watch;
    private final Consumer<ContainerSpec> respecify;

    Turn(StoredContainer row, Container.Files files, @Nullable Watch watch, Consumer<ContainerSpec> respecify) {
        this.row = row;
        this.files = files;
        this.watch = watch;
        this.respecify = respecify;
    }

    public StoredContainer row() {
        return row;
    }

    /// Of its run; empty when it does not run.
    public Optional<Watch> watch() {
        return row.state() instanceof ContainerState.Running ? Optional.ofNullable(watch) : Optional.empty();
    }

    /// Has another spec from now on, as is durable on return, and told as an event.
    public void respecify(ContainerSpec spec) {
        respecify.accept(spec);
    }

    /// Its file of hosts names it at these addresses, too. Other lines are as they were: the container may have written
    /// some.
    public void addToHosts(Collection<Ip> own) {
        String hostname = RuntimeConfig.hostname(row.spec(), row.id(), "");
        StringBuilder lines = new StringBuilder();
        own.forEach(ip -> lines.append(EtcFiles.self(ip, hostname, row.spec().domainname())));
        edit(hosts -> (hosts.isEmpty() || hosts.endsWith("\n") ? hosts : hosts + "\n") + lines);
    }

    public void removeFromHosts(Collection<Ip> own) {
        edit(hosts -> hosts.lines()
                .filter(line -> own.stream().noneMatch(ip -> line.startsWith(ip + "\t")))
                .map(line -> line + "\n")
                .collect(Collectors.joining()));
    }

    /// From now on it asks the engine for names.
    public void askEngineForNames() {
        try {
            String now = Files.readString(files.resolvConf());
            Files.writeString(
                    files.resolvConf(), ResolvConf.parse(now).embedded().text());
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /// In place: the container has this very file mounted.
    private void edit(java.util.function.UnaryOperator<String> change) {
        try {
            Files.writeString(files.hosts(), change.apply(Files.readString(files.hosts())));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private Internal failed(IOException e) {
        return new Internal(
                "write the files of container " + row.name(),
                String.valueOf(e.getMessage()),
                "look at the disk of the data root for space and errors",
                e);
    }
}
