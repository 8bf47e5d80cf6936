package dev.gantry.cli.system;

import dev.gantry.api.container.ContainerSummary;
import dev.gantry.api.image.ImageSummary;
import dev.gantry.api.system.BuildCache;
import dev.gantry.api.system.DiskUsage;
import dev.gantry.api.volume.Volume;
import dev.gantry.api.volume.VolumeUsage;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Json;
import dev.gantry.cli.format.Listing;
import dev.gantry.cli.format.Table;
import dev.gantry.cli.format.Words;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Shows what is on the engine's disk, and what of it could go.
public final class DiskUsageCommand implements Command {
    private static final String TABLE = "{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}";
    private static final Map<String, String> HEADERS = Map.of(
            "Type", "TYPE", "TotalCount", "TOTAL", "Active", "ACTIVE", "Size", "SIZE", "Reclaimable", "RECLAIMABLE");
    private static final Set<String> ACTIVE = Set.of("running", "paused", "restarting");

    @Override
    public CommandLine line() {
        return new CommandLine("system df", "", "Show what is on the engine's disk")
                .text("format", "template", "Print with a Go template, 'table TEMPLATE' or 'json'")
                .toggle('v', "verbose", "Show each image, container and volume")
                .takes(0, 0);
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        if (args.on("verbose") && args.isGiven("format")) {
            throw args.wrong("the format of --verbose cannot be chosen");
        }
        DiskUsage usage = call.engine().diskUsage();
        if (args.on("verbose")) {
            verbose(call, usage);
        } else {
            call.printRaw(new Listing(TABLE, HEADERS).print(args.text("format"), rows(usage)));
        }
        return 0;
    }

    private static List<Map<String, Object>> rows(DiskUsage usage) {
        long imagesUsed = usage.images().stream()
                .filter(i -> i.containers() > 0)
                .mapToLong(i -> i.size() - Math.max(i.sharedSize(), 0))
                .sum();
        long containers =
                usage.containers().stream().mapToLong(DiskUsageCommand::written).sum();
        long idle = usage.containers().stream()
                .filter(c -> !ACTIVE.contains(c.state()))
                .mapToLong(DiskUsageCommand::written)
                .sum();
        long volumes =
                usage.volumes().stream().mapToLong(DiskUsageCommand::bytes).sum();
        long unused = usage.volumes().stream()
                .filter(v -> users(v) == 0)
                .mapToLong(DiskUsageCommand::bytes)
                .sum();
        return List.of(
                row(
                        "Images",
                        usage.images().size(),
                        usage.images().stream().filter(i -> i.containers() > 0).count(),
                        usage.layersSize(),
                        usage.layersSize() - imagesUsed),
                row(
                        "Containers",
                        usage.containers().size(),
                        usage.containers().stream()
                                .filter(c -> ACTIVE.contains(c.state()))
                                .count(),
                        containers,
                        idle),
                row(
                        "Local Volumes",
                        usage.volumes().size(),
                        usage.volumes().stream().filter(v -> users(v) > 0).count(),
                        volumes,
                        unused),
                row(
                        "Build Cache",
                        usage.buildCache().size(),
                        usage.buildCache().stream().filter(BuildCache::inUse).count(),
                        usage.buildCache().stream().mapToLong(BuildCache::size).sum(),
                        usage.buildCache().stream()
                                .filter(c -> !c.inUse())
                                .mapToLong(BuildCache::size)
                                .sum()));
    }

    /// `reclaimable` -1: without a share.
    private static Map<String, Object> row(String type, long total, long active, long size, long reclaimable) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("Type", type);
        row.put("TotalCount", Long.toString(total));
        row.put("Active", Long.toString(active));
        row.put("Size", Words.size(size));
        String share = size > 0 && reclaimable >= 0 ? " (" + reclaimable * 100 / size + "%)" : "";
        row.put("Reclaimable", Words.size(Math.max(reclaimable, 0)) + share);
        return row;
    }

    private static void verbose(Invocation call, DiskUsage usage) {
        Table images =
                new Table().row("REPOSITORY\tTAG\tIMAGE ID\tCREATED\tSIZE\tSHARED SIZE\tUNIQUE SIZE\tCONTAINERS");
        for (ImageSummary i : usage.images()) {
            for (String name : i.repoTags().isEmpty() ? List.of("<none>:<none>") : i.repoTags()) {
                int colon = name.lastIndexOf(':');
                long shared = Math.max(i.sharedSize(), 0);
                images.row(String.join(
                        "\t",
                        name.substring(0, colon),
                        name.substring(colon + 1),
                        Words.shortId(i.id()),
                        i.created() <= 0 ? "N/A" : Words.ago(call.caller().now(), i.created()),
                        Words.size(i.size()),
                        Words.size(shared),
                        Words.size(i.size() - shared),
                        Long.toString(i.containers())));
            }
        }
        Table containers = new Table().row("CONTAINER ID\tIMAGE\tCOMMAND\tLOCAL VOLUMES\tSIZE\tCREATED\tSTATUS\tNAMES");
        for (ContainerSummary c : usage.containers()) {
            containers.row(String.join(
                    "\t",
                    Words.shortId(c.id()),
                    c.image().startsWith("sha256:") ? Words.shortId(c.image()) : c.image(),
                    Json.write(Words.shorten(c.command(), 20)),
                    Long.toString(c.mounts().stream()
                            .filter(m -> "local".equals(m.driver()))
                            .count()),
                    Words.size(written(c)),
                    Words.ago(call.caller().now(), c.created()),
                    c.status(),
                    String.join(
                            ",",
                            c.names().stream()
                                    .map(n -> n.replaceFirst("^/", ""))
                                    .toList())));
        }
        Table volumes = new Table().row("VOLUME NAME\tLINKS\tSIZE");
        for (Volume v : usage.volumes()) {
            volumes.row(String.join("\t", v.name(), Long.toString(users(v)), sizeOf(v)));
        }
        call.printRaw("Images space usage:\n\n" + images.text() + "\nContainers space usage:\n\n" + containers.text()
                + "\nLocal Volumes space usage:\n\n" + volumes.text());
    }

    private static long written(ContainerSummary c) {
        return c.sizeRw() == null ? 0 : c.sizeRw();
    }

    private static long bytes(Volume v) {
        VolumeUsage usage = v.usageData();
        return usage == null ? 0 : Math.max(usage.size(), 0);
    }

    private static String sizeOf(Volume v) {
        VolumeUsage usage = v.usageData();
        return usage == null || usage.size() < 0 ? "N/A" : Words.size(usage.size());
    }

    private static long users(Volume v) {
        VolumeUsage usage = v.usageData();
        return usage == null ? 0 : Math.max(usage.refCount(), 0);
    }
}
