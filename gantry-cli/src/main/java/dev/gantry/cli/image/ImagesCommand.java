package dev.gantry.cli.image;

import dev.gantry.api.image.ImageSummary;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Command;
import dev.gantry.cli.Filters;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Listing;
import dev.gantry.cli.format.Words;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/// Lists images, one row for each name.
public final class ImagesCommand implements Command {
    private static final String NONE = "<none>";
    private static final String AGE_AND_SIZE =
            "\t{{.ID}}\t{{if .CreatedSince }}{{.CreatedSince}}{{else}}N/A{{end}}\t{{.Size}}";
    private static final Map<String, String> HEADERS = Map.of(
            "ID", "IMAGE ID",
            "Repository", "REPOSITORY",
            "Tag", "TAG",
            "Digest", "DIGEST",
            "CreatedSince", "CREATED",
            "CreatedAt", "CREATED AT",
            "Size", "SIZE",
            "Containers", "CONTAINERS",
            "SharedSize", "SHARED SIZE",
            "UniqueSize", "UNIQUE SIZE");

    @Override
    public CommandLine line() {
        return new CommandLine("images", "[REPOSITORY[:TAG]]", "List images")
                .toggle('a', "all", "Show images without a name that others build on, too")
                .toggle("digests", "Show digests")
                .list('f', "filter", "key=value", "Show only images with this property")
                .text("format", "template", "Print with a Go template, 'table TEMPLATE' or 'json'")
                .toggle("no-trunc", "Do not shorten ids")
                .toggle('q', "quiet", "Print only ids")
                .takes(0, 1);
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        String filters =
                Filters.json(args, args.arguments().isEmpty() ? Map.of() : Map.of("reference", args.argument(0)));
        List<ImageSummary> images = call.engine().images(args.on("all"), filters);
        boolean whole = args.on("no-trunc");
        String format = args.text("format");
        if (args.on("quiet") && format.isEmpty()) {
            for (ImageSummary image : images) {
                // One line per name, as in the table.
                int lines = Math.max(1, names(image).size());
                for (int i = 0; i < lines; i++) {
                    call.print(whole ? image.id() : Words.shortId(image.id()));
                }
            }
            return 0;
        }
        boolean digests = args.on("digests") || format.contains(".Digest");
        List<Map<String, Object>> rows = new ArrayList<>();
        images.forEach(image -> rows.addAll(rows(image, whole, digests, call.caller())));
        String table = "{{.Repository}}\t{{.Tag}}" + (args.on("digests") ? "\t{{.Digest}}" : "") + AGE_AND_SIZE;
        call.printRaw(new Listing(table, HEADERS).print(format, rows));
        return 0;
    }

    private static List<Name> names(ImageSummary image) {
        List<Name> names = new ArrayList<>();
        for (String tag : image.repoTags()) {
            if (!tag.equals(NONE + ":" + NONE)) {
                names.add(Name.of(tag));
            }
        }
        return names;
    }

    private static List<Map<String, Object>> rows(ImageSummary image, boolean whole, boolean digests, Caller caller) {
        Map<String, String> digestOf = new LinkedHashMap<>();
        for (String text : image.repoDigests()) {
            Name name = Name.of(text);
            digestOf.put(name.repository(), name.reference());
        }
        List<Map<String, Object>> rows = new ArrayList<>();
        LinkedHashSet<String> seen = new LinkedHashSet<>();
        for (Name name : names(image)) {
            seen.add(name.repository());
            rows.add(row(
                    image,
                    name.repository(),
                    name.reference(),
                    digestOf.getOrDefault(name.repository(), NONE),
                    whole,
                    caller));
        }
        if (rows.isEmpty() || digests) {
            digestOf.forEach((repository, digest) -> {
                if (seen.add(repository)) {
                    rows.add(row(image, repository, NONE, digest, whole, caller));
                }
            });
        }
        if (rows.isEmpty()) {
            rows.add(row(image, NONE, NONE, NONE, whole, caller));
        }
        return rows;
    }

    private static Map<String, Object> row(
            ImageSummary image, String repository, String tag, String digest, boolean whole, Caller caller) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("ID", whole ? image.id() : Words.shortId(image.id()));
        row.put("Repository", repository);
        row.put("Tag", tag);
        row.put("Digest", digest);
        row.put("CreatedSince", image.created() <= 0 ? "" : Words.ago(caller.now(), image.created()));
        row.put("CreatedAt", Words.stamp(image.created(), caller.zone()));
        row.put("Size", Words.size(image.size()));
        row.put("Containers", image.containers() < 0 ? "N/A" : Long.toString(image.containers()));
        row.put("SharedSize", image.sharedSize() < 0 ? "N/A" : Words.size(image.sharedSize()));
        row.put("UniqueSize", image.sharedSize() < 0 ? "N/A" : Words.size(image.size() - image.sharedSize()));
        return row;
    }
}
