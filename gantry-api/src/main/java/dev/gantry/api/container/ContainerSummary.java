package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One container of `GET /containers/json`. `Created` is in seconds.
@Json
public record ContainerSummary(
        @Json.Property("Id") String id,
        @Json.Property("Names") List<String> names,
        @Json.Property("Image") String image,
        @Json.Property("ImageID") String imageId,
        @Json.Property("Command") String command,
        @Json.Property("Created") long created,
        @Json.Property("Ports") List<Port> ports,
        @Json.Property("SizeRw") @Nullable Long sizeRw,
        @Json.Property("SizeRootFs") @Nullable Long sizeRootFs,
        @Json.Property("Labels") Map<String, String> labels,
        @Json.Property("State") String state,
        @Json.Property("Status") String status,
        @Json.Property("HostConfig") SummaryHostConfig hostConfig,
        @Json.Property("NetworkSettings") SummaryNetworks networkSettings,
        @Json.Property("Mounts") List<MountPoint> mounts) {
    public ContainerSummary {
        id = Absent.text(id);
        names = Absent.list(names);
        image = Absent.text(image);
        imageId = Absent.text(imageId);
        command = Absent.text(command);
        ports = Absent.list(ports);
        labels = Absent.map(labels);
        state = Absent.text(state);
        status = Absent.text(status);
        hostConfig = hostConfig == null ? new SummaryHostConfig(null, null) : hostConfig;
        networkSettings = networkSettings == null ? new SummaryNetworks(Map.of()) : networkSettings;
        mounts = Absent.list(mounts);
    }

    /// Starts with every field absent, zero or empty.
    public static Builder builder() {
        return new Builder();
    }

    /// Starts with the values of this record.
    public Builder toBuilder() {
        Builder b = new Builder();
        b.id = id;
        b.names = names;
        b.image = image;
        b.imageId = imageId;
        b.command = command;
        b.created = created;
        b.ports = ports;
        b.sizeRw = sizeRw;
        b.sizeRootFs = sizeRootFs;
        b.labels = labels;
        b.state = state;
        b.status = status;
        b.hostConfig = hostConfig;
        b.networkSettings = networkSettings;
        b.mounts = mounts;
        return b;
    }

    /// Collects the fields by name.
    public static final class Builder {
        private String id = "";
        private List<String> names = List.of();
        private String image = "";
        private String imageId = "";
        private String command = "";
        private long created;
        private List<Port> ports = List.of();
        private @Nullable Long sizeRw;
        private @Nullable Long sizeRootFs;
        private Map<String, String> labels = Map.of();
        private String state = "";
        private String status = "";
        private SummaryHostConfig hostConfig = new SummaryHostConfig(null, null);
        private SummaryNetworks networkSettings = new SummaryNetworks(Map.of());
        private List<MountPoint> mounts = List.of();

        private Builder() {}

        public Builder id(String value) {
            id = value;
            return this;
        }

        public Builder names(List<String> value) {
            names = value;
            return this;
        }

        public Builder image(String value) {
            image = value;
            return this;
        }

        public Builder imageId(String value) {
            imageId = value;
            return this;
        }

        public Builder command(String value) {
            command = value;
            return this;
        }

        public Builder created(long value) {
            created = value;
            return this;
        }

        public Builder ports(List<Port> value) {
            ports = value;
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

        public Builder labels(Map<String, String> value) {
            labels = value;
            return this;
        }

        public Builder state(String value) {
            state = value;
            return this;
        }

        public Builder status(String value) {
            status = value;
            return this;
        }

        public Builder hostConfig(SummaryHostConfig value) {
            hostConfig = value;
            return this;
        }

        public Builder networkSettings(SummaryNetworks value) {
            networkSettings = value;
            return this;
        }

        public Builder mounts(List<MountPoint> value) {
            mounts = value;
            return this;
        }

        public ContainerSummary build() {
            return new ContainerSummary(
                    id,
                    names,
                    image,
                    imageId,
                    command,
                    created,
                    ports,
                    sizeRw,
                    sizeRootFs,
                    labels,
                    state,
                    status,
                    hostConfig,
                    networkSettings,
                    mounts);
        }
    }
}
