package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import dev.gantry.api.json.StringsOrNull;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer of `GET /containers/{id}/json`.
@Json
public record ContainerInspect(
        @Json.Property("Id") String id,
        @Json.Property("Created") String created,
        @Json.Property("Path") String path,
        @Json.Property("Args") List<String> args,
        @Json.Property("State") ContainerState state,
        @Json.Property("Image") String image,
        @Json.Property("ResolvConfPath") String resolvConfPath,
        @Json.Property("HostnamePath") String hostnamePath,
        @Json.Property("HostsPath") String hostsPath,
        @Json.Property("LogPath") String logPath,
        @Json.Property("Name") String name,
        @Json.Property("RestartCount") int restartCount,
        @Json.Property("Driver") String driver,
        @Json.Property("Platform") String platform,
        @Json.Property("MountLabel") String mountLabel,
        @Json.Property("ProcessLabel") String processLabel,
        @Json.Property("AppArmorProfile") String appArmorProfile,

        @Json.Property("ExecIDs") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> execIds,

        @Json.Property("HostConfig") HostConfig hostConfig,
        @Json.Property("GraphDriver") DriverData graphDriver,
        @Json.Property("SizeRw") @Nullable Long sizeRw,
        @Json.Property("SizeRootFs") @Nullable Long sizeRootFs,
        @Json.Property("Mounts") List<MountPoint> mounts,
        @Json.Property("Config") ContainerConfig config,
        @Json.Property("NetworkSettings") NetworkSettings networkSettings) {
    public ContainerInspect {
        id = Absent.text(id);
        created = Absent.text(created);
        path = Absent.text(path);
        args = Absent.list(args);
        state = state == null
                ? new ContainerState("", false, false, false, false, false, 0, 0, "", "", "", null)
                : state;
        image = Absent.text(image);
        resolvConfPath = Absent.text(resolvConfPath);
        hostnamePath = Absent.text(hostnamePath);
        hostsPath = Absent.text(hostsPath);
        logPath = Absent.text(logPath);
        name = Absent.text(name);
        driver = Absent.text(driver);
        platform = Absent.text(platform);
        mountLabel = Absent.text(mountLabel);
        processLabel = Absent.text(processLabel);
        appArmorProfile = Absent.text(appArmorProfile);
        hostConfig = hostConfig == null ? HostConfig.builder().build() : hostConfig;
        graphDriver = graphDriver == null ? new DriverData(null, "") : graphDriver;
        mounts = Absent.list(mounts);
        config = config == null ? ContainerConfig.builder().build() : config;
        networkSettings = networkSettings == null ? NetworkSettings.builder().build() : networkSettings;
    }

    /// Starts with every field absent, zero or empty.
    public static Builder builder() {
        return new Builder();
    }

    /// Starts with the values of this record.
    public Builder toBuilder() {
        Builder b = new Builder();
        b.id = id;
        b.created = created;
        b.path = path;
        b.args = args;
        b.state = state;
        b.image = image;
        b.resolvConfPath = resolvConfPath;
        b.hostnamePath = hostnamePath;
        b.hostsPath = hostsPath;
        b.logPath = logPath;
        b.name = name;
        b.restartCount = restartCount;
        b.driver = driver;
        b.platform = platform;
        b.mountLabel = mountLabel;
        b.processLabel = processLabel;
        b.appArmorProfile = appArmorProfile;
        b.execIds = execIds;
        b.hostConfig = hostConfig;
        b.graphDriver = graphDriver;
        b.sizeRw = sizeRw;
        b.sizeRootFs = sizeRootFs;
        b.mounts = mounts;
        b.config = config;
        b.networkSettings = networkSettings;
        return b;
    }

    /// Collects the fields by name.
    public static final class Builder {
        private String id = "";
        private String created = "";
        private String path = "";
        private List<String> args = List.of();
        private ContainerState state =
                new ContainerState("", false, false, false, false, false, 0, 0, "", "", "", null);
        private String image = "";
        private String resolvConfPath = "";
        private String hostnamePath = "";
        private String hostsPath = "";
        private String logPath = "";
        private String name = "";
        private int restartCount;
        private String driver = "";
        private String platform = "";
        private String mountLabel = "";
        private String processLabel = "";
        private String appArmorProfile = "";
        private @Nullable List<String> execIds;
        private HostConfig hostConfig = HostConfig.builder().build();
        private DriverData graphDriver = new DriverData(null, "");
        private @Nullable Long sizeRw;
        private @Nullable Long sizeRootFs;
        private List<MountPoint> mounts = List.of();
        private ContainerConfig config = ContainerConfig.builder().build();
        private NetworkSettings networkSettings = NetworkSettings.builder().build();

        private Builder() {}

        public Builder id(String value) {
            id = value;
            return this;
        }

        public Builder created(String value) {
            created = value;
            return this;
        }

        public Builder path(String value) {
            path = value;
            return this;
        }

        public Builder args(List<String> value) {
            args = value;
            return this;
        }

        public Builder state(ContainerState value) {
            state = value;
            return this;
        }

        public Builder image(String value) {
            image = value;
            return this;
        }

        public Builder resolvConfPath(String value) {
            resolvConfPath = value;
            return this;
        }

        public Builder hostnamePath(String value) {
            hostnamePath = value;
            return this;
        }

        public Builder hostsPath(String value) {
            hostsPath = value;
            return this;
        }

        public Builder logPath(String value) {
            logPath = value;
            return this;
        }

        public Builder name(String value) {
            name = value;
            return this;
        }

        public Builder restartCount(int value) {
            restartCount = value;
            return this;
        }

        public Builder driver(String value) {
            driver = value;
            return this;
        }

        public Builder platform(String value) {
            platform = value;
            return this;
        }

        public Builder mountLabel(String value) {
            mountLabel = value;
            return this;
        }

        public Builder processLabel(String value) {
            processLabel = value;
            return this;
        }

        public Builder appArmorProfile(String value) {
            appArmorProfile = value;
            return this;
        }

        public Builder execIds(@Nullable List<String> value) {
            execIds = value;
            return this;
        }

        public Builder hostConfig(HostConfig value) {
            hostConfig = value;
            return this;
        }

        public Builder graphDriver(DriverData value) {
            graphDriver = value;
            return this;
        }

        public Builder sizeRw(@Nullable Long value) {
            sizeRw = value;
            return this;
        }

        public Builder sizeRootFs(@Nullable Long value) {
            sizeRootFs = value;
            return this;
        }

        public Builder mounts(List<MountPoint> value) {
            mounts = value;
            return this;
        }

        public Builder config(ContainerConfig value) {
            config = value;
            return this;
        }

        public Builder networkSettings(NetworkSettings value) {
            networkSettings = value;
            return this;
        }

        public ContainerInspect build() {
            return new ContainerInspect(
                    id,
                    created,
                    path,
                    args,
                    state,
                    image,
                    resolvConfPath,
                    hostnamePath,
                    hostsPath,
                    logPath,
                    name,
                    restartCount,
                    driver,
                    platform,
                    mountLabel,
                    processLabel,
                    appArmorProfile,
                    execIds,
                    hostConfig,
                    graphDriver,
                    sizeRw,
                    sizeRootFs,
                    mounts,
                    config,
                    networkSettings);
        }
    }
}
