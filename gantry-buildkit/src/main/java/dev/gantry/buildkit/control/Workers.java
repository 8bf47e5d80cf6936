package dev.gantry.buildkit.control;

import dev.gantry.base.Platform;
import moby.buildkit.v1.InfoResponse;
import moby.buildkit.v1.ListWorkersResponse;
import moby.buildkit.v1.types.BuildkitVersion;
import moby.buildkit.v1.types.WorkerRecord;

/// Where builds are done: here.
final class Workers {
    /// The BuildKit whose interface this is.
    private static final BuildkitVersion VERSION = BuildkitVersion.newBuilder()
            .setPackage("github.com/moby/buildkit")
            .setVersion("v0.22.0")
            .build();

    WorkerRecord record() {
        Platform host = Platform.host();
        return WorkerRecord.newBuilder()
                .setID("gantry")
                .putLabels("org.mobyproject.buildkit.worker.executor", "gantry")
                // By this label clients know that all outputs can be asked for, and that the engine pushes by itself.
                .putLabels("org.mobyproject.buildkit.worker.snapshotter", "gantry")
                .addPlatforms(pb.Platform.newBuilder()
                        .setOS(host.os())
                        .setArchitecture(host.architecture())
                        .setVariant(host.variant()))
                .setBuildkitVersion(VERSION)
                .build();
    }

    ListWorkersResponse list() {
        return ListWorkersResponse.newBuilder().addRecord(record()).build();
    }

    InfoResponse info() {
        return InfoResponse.newBuilder().setBuildkitVersion(VERSION).build();
    }
}
