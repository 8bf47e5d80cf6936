package dev.gantry.buildkit.sync;

import io.grpc.Metadata;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Which files of a directory a client is to send.
///
/// @param name by which it knows the directory
/// @param include patterns; none: all
/// @param exclude patterns of a `.dockerignore`
/// @param follow paths that are wanted with what links lead to; none: all
public record Wanted(String name, List<String> include, List<String> exclude, List<String> follow) {
    public Wanted {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
        follow = List.copyOf(follow);
    }

    Metadata head() {
        var head = new Metadata();
        put(head, "dir-name", List.of(name));
        put(head, "include-patterns", include);
        put(head, "exclude-patterns", exclude);
        put(head, "followpaths", follow);
        return head;
    }

    /// A header holds ASCII only; where one value needs more, all are encoded, and a second header says so.
    private static void put(Metadata head, String name, List<String> values) {
        boolean plain = values.stream().allMatch(v -> v.chars().allMatch(c -> c >= 0x20 && c < 0x7f));
        for (String value : values) {
            head.put(key(name), plain ? value : URLEncoder.encode(value, StandardCharsets.UTF_8));
        }
        if (!plain) {
            head.put(key(name + "-encoded"), "1");
        }
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
