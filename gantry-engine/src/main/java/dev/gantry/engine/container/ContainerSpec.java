package dev.gantry.engine.container;

import dev.gantry.base.InvalidArgument;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/// What was asked for when a container was created: typed, checked once here, and stored as it is. The engine merges
/// the image's configuration into it at creation, so a stored spec says what runs.
///
/// ```java
/// var spec = ContainerSpec.of("debian").args("cat", "/etc/os-release").memoryBytes(64 << 20).build();
/// ```
///
/// `doorNotes` is for the door through which it came: whatever it wants back at inspection. The engine does not read
/// it.
///
/// @param owner who made it, where somebody asked; else empty
@Json
public record ContainerSpec(
        @Json.Property("Image") String image,
        @Json.Property("Command") Command command,
        @Json.Property("Streams") Streams streams,
        @Json.Property("Hostname") String hostname,
        @Json.Property("Domainname") String domainname,
        @Json.Property("Binds") List<Bind> binds,
        @Json.Property("Tmpfs") List<Tmpfs> tmpfs,
        @Json.Property("Mounts") MountsSpec mounts,
        @Json.Property("Devices") DevicesSpec devices,
        @Json.Property("Resources") Resources resources,
        @Json.Property("Security") Security security,
        @Json.Property("Network") Network network,
        @Json.Property("Networking") NetworkingSpec networking,
        @Json.Property("Names") Names names,
        @Json.Property("Init") boolean init,
        @Json.Property("Labels") Map<String, String> labels,
        @Json.Property("Stop") Stop stop,
        @Json.Property("Restart") RestartPolicy restart,
        @Json.Property("AutoRemove") boolean autoRemove,
        @Json.Property("Log") LogConfig log,
        @Json.Property("Health") HealthSpec health,
        @Json.Property("Isolation") IsolationSpec isolation,
        @Json.Property("RareLimits") RareLimits rareLimits,
        @Json.Property("DoorNotes") String doorNotes,
        @Json.Property("Owner") String owner) {

    public ContainerSpec {
        binds = List.copyOf(binds);
        tmpfs = List.copyOf(tmpfs);
        mounts = MountsSpec.orNone(mounts);
        devices = DevicesSpec.orNone(devices);
        networking = NetworkingSpec.orNone(networking);
        health = HealthSpec.orNone(health);
        isolation = IsolationSpec.orUsual(isolation);
        rareLimits = RareLimits.orNone(rareLimits);
        // Rows of a version that did not ask have none.
        owner = owner == null ? "" : owner;
        labels = Map.copyOf(labels);
        SpecCheck.check(image, command, hostname, resources);
        MountCheck.check(binds, tmpfs, mounts);
        if (autoRemove && restart.kind() != RestartPolicy.Kind.NO) {
            throw new InvalidArgument(
                    "create a container of " + image,
                    "it cannot both restart and be removed at its end",
                    "choose either --rm or --restart");
        }
    }

    public static SpecBuilder of(String image) {
        return new SpecBuilder(image);
    }

    /// The same spec when nobody owns it.
    public ContainerSpec ownedBy(String who) {
        return who.isEmpty() ? this : toBuilder().owner(who).build();
    }

    /// The other containers that it names by what `ids` makes of their names.
    public ContainerSpec withOthers(UnaryOperator<String> ids) {
        boolean shares = network == Network.CONTAINER;
        if (!shares && !isolation.joins() && mounts.from().isEmpty()) {
            return this;
        }
        return toBuilder()
                .isolation(isolation.resolved(ids))
                .networking(shares ? networking.sharing(ids.apply(networking.container())) : networking)
                .mounts(mounts.resolved(ids))
                .build();
    }

    public SpecBuilder toBuilder() {
        return new SpecBuilder(this);
    }

    /// `entrypoint` empty: the image's; one empty string: none. `args` empty: the image's, unless there is an
    /// entrypoint here. `env` is `NAME=value`, or `NAME` alone, which takes a variable of the image away.
    @Json
    public record Command(
            @Json.Property("Entrypoint") List<String> entrypoint,
            @Json.Property("Args") List<String> args,
            @Json.Property("Env") List<String> env,
            @Json.Property("User") String user,
            @Json.Property("WorkingDir") String workingDir) {
        public Command {
            entrypoint = List.copyOf(entrypoint);
            args = List.copyOf(args);
            env = List.copyOf(env);
        }
    }

    /// `stdinOnce`: the end of the first attached input closes the container's.
    @Json
    public record Streams(
            @Json.Property("Tty") boolean tty,
            @Json.Property("OpenStdin") boolean openStdin,
            @Json.Property("StdinOnce") boolean stdinOnce) {}

    /// A path of the host seen in the container. `propagation` is empty or one of `private`, `rprivate`,
    /// `slave`, `rslave`, `shared`, `rshared`. `makeSource`: a missing source is made as a directory.
    /// `writableBelow`: what is mounted below it stays writable when it is read-only. `idmap` is empty or a
    /// map of owners, as [OwnerMap] reads it.
    @Json
    public record Bind(
            @Json.Property("Source") String source,
            @Json.Property("Target") String target,
            @Json.Property("ReadOnly") boolean readOnly,
            @Json.Property("Recursive") boolean recursive,
            @Json.Property("Propagation") String propagation,
            @Json.Property("MakeSource") boolean makeSource,
            @Json.Property("WritableBelow") boolean writableBelow,
            @Json.Property("IdMap") String idmap) {
        public Bind {
            idmap = MountsSpec.orEmpty(idmap);
        }

        public static Bind of(String source, String target) {
            return new Bind(source, target, false, true, "", false, false, "");
        }

        public Bind onlyRead(boolean yes) {
            return new Bind(source, target, yes, recursive, propagation, makeSource, writableBelow, idmap);
        }

        public Bind made(boolean yes) {
            return new Bind(source, target, readOnly, recursive, propagation, yes, writableBelow, idmap);
        }
    }

    /// Memory as a directory; options as tmpfs(5) has them, such as `size=64m`.
    @Json
    public record Tmpfs(
            @Json.Property("Target") String target,
            @Json.Property("Options") List<String> options) {
        public Tmpfs {
            options = List.copyOf(options);
        }
    }

    /// What kind of network it has. A stored spec never says DEFAULT: at creation it becomes what this engine has.
    public enum Network {
        /// The network `bridge` where this engine has rights to make it, else none.
        DEFAULT,
        /// A network of its own with nothing in it.
        NONE,
        /// The host's.
        HOST,
        /// That of another container: [NetworkingSpec#container].
        CONTAINER,
        /// Places in networks: [NetworkingSpec#endpoints].
        NETWORKS
    }

    /// What is written to `hosts` (`name:address`) and `resolv.conf`.
    @Json
    public record Names(
            @Json.Property("ExtraHosts") List<String> extraHosts,
            @Json.Property("Dns") List<String> dns,
            @Json.Property("DnsSearch") List<String> dnsSearch,
            @Json.Property("DnsOptions") List<String> dnsOptions) {
        public static final Names NONE = new Names(List.of(), List.of(), List.of(), List.of());

        public Names {
            extraHosts = List.copyOf(extraHosts);
            dns = List.copyOf(dns);
            dnsSearch = List.copyOf(dnsSearch);
            dnsOptions = List.copyOf(dnsOptions);
        }
    }

    /// How it is asked to end. `signal` empty: the image's, else `SIGTERM`. `timeoutSeconds`: -1 waits for ever,
    /// `DEFAULT` (-2) is ten seconds.
    @Json
    public record Stop(
            @Json.Property("Signal") String signal,
            @Json.Property("TimeoutSeconds") int timeoutSeconds) {
        public static final int DEFAULT = -2;
    }

    /// What becomes of what it writes.
    ///
    /// @param kind what its watch keeps in files: NONE nothing
    /// @param maxBytes 0 never rotates
    /// @param blocking waits on a full disk instead of dropping
    /// @param driver whom the files' records are sent to; empty: the files are the log
    /// @param hidden what is to be sent cannot be read here
    /// @param options of the driver, and those that say what a record tells besides: `labels`, `env`, `tag`
    @Json
    public record LogConfig(
            @Json.Property("Kind") Kind kind,
            @Json.Property("MaxBytes") long maxBytes,
            @Json.Property("MaxFiles") int maxFiles,
            @Json.Property("Blocking") boolean blocking,
            @Json.Property("Driver") String driver,
            @Json.Property("Hidden") boolean hidden,
            @Json.Property("Options") Map<String, String> options,
            @Json.Property("Compressed") boolean compressed) {
        /// Twenty MiB in two files.
        public static final LogConfig DEFAULT = new LogConfig(Kind.JSON_FILE, 20L << 20, 2, false);

        /// The form of the records in the files.
        public enum Kind {
            /// Docker's `json-file`.
            JSON_FILE,
            /// Lines of time, stream, `F` or `P` and the bytes as they were written.
            TEXT,
            NONE
        }

        public LogConfig {
            // Rows of a version that knew no drivers have neither.
            driver = driver == null ? "" : driver;
            options = options == null ? Map.of() : Map.copyOf(options);
        }

        /// Files alone.
        public LogConfig(Kind kind, long maxBytes, int maxFiles, boolean blocking) {
            this(kind, maxBytes, maxFiles, blocking, "", false, Map.of());
        }

        /// Files as they are written.
        public LogConfig(
                Kind kind,
                long maxBytes,
                int maxFiles,
                boolean blocking,
                String driver,
                boolean hidden,
                Map<String, String> options) {
            this(kind, maxBytes, maxFiles, blocking, driver, hidden, options, false);
        }

        public LogConfig with(Map<String, String> others) {
            return new LogConfig(kind, maxBytes, maxFiles, blocking, driver, hidden, others, compressed);
        }

        /// Whether older files are packed.
        public LogConfig compressed(boolean packed) {
            return new LogConfig(kind, maxBytes, maxFiles, blocking, driver, hidden, options, packed);
        }

        public boolean isForwarded() {
            return !driver.isEmpty();
        }

        public boolean isReadable() {
            return kind != Kind.NONE && !hidden;
        }
    }
}
