package dev.gantry.csi;

import csi.v1.ControllerExpandVolumeRequest;
import csi.v1.ControllerExpandVolumeResponse;
import csi.v1.ControllerServiceCapability.RPC.Type;
import csi.v1.CreateSnapshotRequest;
import csi.v1.CreateSnapshotResponse;
import csi.v1.CreateVolumeRequest;
import csi.v1.DeleteSnapshotRequest;
import csi.v1.DeleteVolumeRequest;
import csi.v1.TopologyRequirement;
import csi.v1.ValidateVolumeCapabilitiesRequest;
import csi.v1.Volume;
import csi.v1.VolumeContentSource;
import dev.gantry.base.Conflict;
import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes volumes and takes them away where they are kept: the controller's side of a plugin, but for publishing. To be
/// called in the turn of the volume.
final class CsiController {
    private static final Logger LOG = LoggerFactory.getLogger(CsiController.class);
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int LONGEST_ID = 4096;

    private final String name;
    private final CsiBook book;
    private final Supplier<CsiClient> client;
    private final Clock clock;

    /// @param name of the driver
    CsiController(String name, CsiBook book, Supplier<CsiClient> client, Clock clock) {
        this.name = name;
        this.book = book;
        this.client = client;
        this.clock = clock;
    }

    /// Makes it, or finds that an earlier attempt has.
    CsiVolume make(
            CsiFacts f, String volume, Map<String, String> options, CsiOptions asked, Map<String, String> secrets) {
        String what = "create volume " + volume;
        require(f, Type.CREATE_DELETE_VOLUME, what, "name one that is there with volume-id");
        CsiVolume begun = book.find(volume)
                .filter(v -> v.options().equals(options))
                .orElseGet(() -> CsiVolume.begun(
                        volume,
                        "gantry-" + UUID.randomUUID(),
                        options,
                        clock.instant().toString()));
        book.put(begun);
        try {
            var request = CreateVolumeRequest.newBuilder()
                    .setName(begun.handle())
                    .addVolumeCapabilities(asked.capability(f.tellsWritersApart()))
                    .putAllParameters(asked.parameters())
                    .putAllSecrets(secrets);
            if (asked.requiredBytes() > 0 || asked.limitBytes() > 0) {
                request.setCapacityRange(asked.capacity());
            }
            if (!f.topology().isEmpty()) {
                request.setAccessibilityRequirements(TopologyRequirement.newBuilder()
                        .addAllRequisite(f.topology())
                        .addAllPreferred(f.topology()));
            }
            Volume made = asked.from().isEmpty()
                    ? created(what, request)
                    : createdFrom(f, what, request, book.need(name, asked.from()), asked);
            CsiVolume v = book.put(
                    begun.created(made.getVolumeId(), made.getVolumeContextMap(), made.getCapacityBytes(), true));
            check(what, v, asked, secrets);
            return v;
        } catch (InvalidArgument | Conflict | Unsupported | Forbidden | NotFound nothing) {
            // These say that nothing was made; all others leave that open, and the same creation may be asked again.
            if (book.find(volume).filter(v -> v.id().isEmpty()).isPresent()) {
                book.remove(volume);
            }
            throw nothing;
        }
    }

    private Volume created(String what, CreateVolumeRequest.Builder request) {
        Volume made = client.get()
                .call(what, CsiMethods.CREATE, request.build(), LONG)
                .getVolume();
        if (made.getVolumeId().isEmpty() || made.getVolumeId().length() > LONGEST_ID) {
            throw new Internal(what, "the plugin answered no volume_id", "tell its maker");
        }
        return made;
    }

    /// One of another size than was asked for goes again.
    private void check(String what, CsiVolume made, CsiOptions asked, Map<String, String> secrets) {
        boolean small = made.bytes() > 0 && made.bytes() < asked.requiredBytes();
        boolean large = asked.limitBytes() > 0 && made.bytes() > asked.limitBytes();
        if (small || large) {
            delete(what, made, secrets);
            book.remove(made.name());
            throw new Internal(
                    what, "the plugin made " + made.bytes() + " bytes, which were not asked for", "tell its maker");
        }
    }

    void delete(String what, CsiVolume v, Map<String, String> secrets) {
        client.get()
                .call(
                        what,
                        CsiMethods.DELETE,
                        DeleteVolumeRequest.newBuilder()
                                .setVolumeId(v.id())
                                .putAllSecrets(secrets)
                                .build(),
                        LONG);
    }

    /// A clone, or the volume of a snapshot that is made for this and goes again.
    private Volume createdFrom(
            CsiFacts f, String what, CreateVolumeRequest.Builder request, CsiVolume source, CsiOptions asked) {
        if (f.can(Type.CLONE_VOLUME)) {
            request.setVolumeContentSource(VolumeContentSource.newBuilder()
                    .setVolume(VolumeContentSource.VolumeSource.newBuilder().setVolumeId(source.id())));
            return created(what, request);
        }
        require(f, Type.CREATE_DELETE_SNAPSHOT, what, "create it empty, and copy the files");
        Map<String, String> secrets = CsiSecrets.read(asked.secretsFile());
        String snapshot = snapshot(what, request.getName() + "-from", source, secrets);
        try {
            request.setVolumeContentSource(VolumeContentSource.newBuilder()
                    .setSnapshot(VolumeContentSource.SnapshotSource.newBuilder().setSnapshotId(snapshot)));
            return created(what, request);
        } finally {
            deleteSnapshot(snapshot, secrets);
        }
    }

    /// Returns when the snapshot can be used. The same name is the same snapshot.
    private String snapshot(String what, String handle, CsiVolume source, Map<String, String> secrets) {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (true) {
            CreateSnapshotResponse answer = client.get()
                    .call(
                            what,
                            CsiMethods.SNAPSHOT,
                            CreateSnapshotRequest.newBuilder()
                                    .setName(handle)
                                    .setSourceVolumeId(source.id())
                                    .putAllSecrets(secrets)
                                    .build(),
                            LONG);
            if (answer.getSnapshot().getReadyToUse()) {
                return answer.getSnapshot().getSnapshotId();
            }
            if (System.nanoTime() > deadline) {
                throw new Unavailable(
                        what, "its snapshot is not ready after " + LONG.toMinutes() + " minutes", "ask again later");
            }
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Unavailable(what, "the thread was interrupted", "ask again", e);
            }
        }
    }

    private void deleteSnapshot(String id, Map<String, String> secrets) {
        try {
            client.get()
                    .call(
                            "delete a snapshot",
                            CsiMethods.DELETE_SNAPSHOT,
                            DeleteSnapshotRequest.newBuilder()
                                    .setSnapshotId(id)
                                    .putAllSecrets(secrets)
                                    .build(),
                            LONG);
        } catch (GantryException e) {
            LOG.warn("snapshot of driver={} left: {}", name, e.getMessage());
        }
    }

    /// One that is there already; whether it can be used as is wished is asked, where the plugin can answer.
    CsiVolume take(
            CsiFacts f, String volume, Map<String, String> options, CsiOptions asked, Map<String, String> secrets) {
        String what = "create volume " + volume;
        if (f.controller()) {
            var answer = client.get()
                    .call(
                            what,
                            CsiMethods.VALIDATE,
                            ValidateVolumeCapabilitiesRequest.newBuilder()
                                    .setVolumeId(asked.volumeId())
                                    .putAllVolumeContext(asked.context())
                                    .addVolumeCapabilities(asked.capability(f.tellsWritersApart()))
                                    .putAllSecrets(secrets)
                                    .build(),
                            LONG);
            if (!answer.hasConfirmed()) {
                throw new InvalidArgument(
                        what,
                        "the plugin does not allow this use: " + CsiClient.shown(answer.getMessage()),
                        "change fstype, mountflags or access");
            }
        }
        return book.put(CsiVolume.begun(
                        volume, asked.volumeId(), options, clock.instant().toString())
                .created(asked.volumeId(), asked.context(), 0, false));
    }

    static void require(CsiFacts f, Type what, String doing, String todo) {
        if (!f.can(what)) {
            throw new Unsupported(doing, "the plugin " + f.name() + " has no " + what, todo);
        }
    }

    ControllerExpandVolumeResponse expand(CsiFacts f, CsiVolume v, CsiOptions options, long bytes) {
        String what = "expand volume " + v.name();
        require(f, Type.EXPAND_VOLUME, what, "make a larger one, and copy the files");
        return client.get()
                .call(
                        what,
                        CsiMethods.EXPAND,
                        ControllerExpandVolumeRequest.newBuilder()
                                .setVolumeId(v.id())
                                .setCapacityRange(
                                        csi.v1.CapacityRange.newBuilder().setRequiredBytes(bytes))
                                .setVolumeCapability(options.capability(f.tellsWritersApart()))
                                .putAllSecrets(CsiSecrets.read(options.secretsFile()))
                                .build(),
                        LONG);
    }
}
