package dev.gantry.buildkit.control;

import dev.gantry.base.Unsupported;
import dev.gantry.build.Builder;
import dev.gantry.build.shelf.Shelf;
import dev.gantry.build.solve.Cache;
import dev.gantry.buildkit.transport.Calls;
import io.grpc.Metadata;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import moby.buildkit.v1.DiskUsageRequest;
import moby.buildkit.v1.DiskUsageResponse;
import moby.buildkit.v1.PruneRequest;
import moby.buildkit.v1.UsageRecord;

/// What is kept of builds.
final class CacheCalls {
    private final Builder builder;
    private final Clock clock;

    CacheCalls(Builder builder, Clock clock) {
        this.builder = builder;
        this.clock = clock;
    }

    DiskUsageResponse usage(Metadata head, DiskUsageRequest request) {
        refuse(request.getFilterList());
        Instant before = request.getAgeLimit() == 0
                ? Instant.MAX
                : clock.instant().minus(Duration.ofNanos(request.getAgeLimit()));
        return DiskUsageResponse.newBuilder()
                .addAllRecord(records().stream()
                        .filter(r -> r.getLastUsedAt().getSeconds() <= before.getEpochSecond())
                        .toList())
                .build();
    }

    private List<UsageRecord> records() {
        List<UsageRecord> all = new ArrayList<>();
        for (Cache.Row row : builder.cached()) {
            all.add(record(row.id(), row.description(), row.bytes(), row.created(), row.used(), row.uses(), "regular"));
        }
        for (Shelf.Row row : builder.shelved()) {
            all.add(record(
                    row.id(),
                    row.label().description(),
                    row.bytes(),
                    row.created(),
                    row.used(),
                    1,
                    row.label().type()));
        }
        return all;
    }

    private static UsageRecord record(
            String id, String description, long bytes, Instant created, Instant used, int uses, String type) {
        return UsageRecord.newBuilder()
                .setID(id)
                .setDescription(description)
                .setSize(bytes)
                .setCreatedAt(Progress.stamp(created))
                .setLastUsedAt(Progress.stamp(used))
                .setUsageCount(uses)
                .setRecordType(type)
                .setMutable(!type.equals("regular"))
                .build();
    }

    void prune(Metadata head, PruneRequest request, Calls.Sink<UsageRecord> sink) throws InterruptedException {
        refuse(request.getFilterList());
        if (request.getMinFreeSpace() > 0) {
            throw new Unsupported(
                    "prune to an amount of free space",
                    "the cache is not kept by what is free on the disk",
                    "give --max-used-space");
        }
        Map<String, UsageRecord> before = new HashMap<>();
        records().forEach(r -> before.put(r.getID(), r));
        long most = Math.max(request.getMaxUsedSpace(), request.getReservedSpace());
        boolean some = request.getKeepDuration() > 0;
        Instant until = some ? clock.instant().minus(Duration.ofNanos(request.getKeepDuration())) : Instant.MAX;
        if (!request.getAll() && !some && most == 0) {
            until = clock.instant(); // what nobody uses now
        }
        for (String id : builder.prune(most, until).ids()) {
            UsageRecord gone = before.get(id);
            if (gone != null) {
                sink.send(gone);
            }
        }
    }

    private static void refuse(List<String> filters) {
        filters.stream().filter(f -> !f.isEmpty()).findFirst().ifPresent(filter -> {
            throw new Unsupported("choose by the filter " + filter, "records are not chosen here", "leave it out");
        });
    }
}
