package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import io.avaje.jsonb.Json;

/// What there is at a path of a container: the header of its archive. `mode` has the bits of Go's `os.FileMode`.
@Json
public record PathStat(
        @Json.Property("name") String name,
        @Json.Property("size") long size,
        @Json.Property("mode") long mode,
        @Json.Property("mtime") String mtime,
        @Json.Property("linkTarget") String linkTarget) {
    public PathStat {
        name = Absent.text(name);
        mtime = Absent.text(mtime);
        linkTarget = Absent.text(linkTarget);
    }
}
