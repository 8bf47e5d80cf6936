package dev.gantry.docker.build;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Reference;
import dev.gantry.base.Unsupported;
import dev.gantry.build.BuildRequest;
import dev.gantry.build.share.RegistryCaches;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Caches as people write them: the name of an image, or `type=registry,ref=NAME,mode=max`.
public final class CacheTexts {
    private static final Set<String> KEYS = Set.of("type", "ref", "mode", "ignore-error");

    private CacheTexts() {}

    public static BuildRequest.Caches read(List<String> from, List<String> to) {
        List<Reference> sources = new ArrayList<>();
        for (String text : from) {
            Map<String, String> fields = fields("use the cache " + text, text);
            registry("use the cache " + text, fields);
            sources.add(Reference.parse(fields.getOrDefault("ref", "")));
        }
        List<BuildRequest.To> targets = new ArrayList<>();
        for (String text : to) {
            String what = "write the cache " + text;
            Map<String, String> fields = fields(what, text);
            if (fields.getOrDefault("type", "").equals("inline")) {
                throw new Unsupported(what, "an image says it itself", "give --build-arg BUILDKIT_INLINE_CACHE=1");
            }
            registry(what, fields);
            if (!(Reference.parse(fields.getOrDefault("ref", "")) instanceof Reference.Tagged name)) {
                throw new InvalidArgument(what, "a digest cannot be chosen", "name a tag");
            }
            targets.add(new BuildRequest.To(name, mode(what, fields), flag(what, fields)));
        }
        return new BuildRequest.Caches(sources, targets);
    }

    private static Map<String, String> fields(String what, String text) {
        if (!text.contains("=")) {
            return Map.of("type", "registry", "ref", text);
        }
        Map<String, String> fields = new HashMap<>();
        for (String field : text.split(",")) {
            int equals = field.indexOf('=');
            String key = equals < 0 ? field : field.substring(0, equals);
            if (equals < 0 || !KEYS.contains(key)) {
                throw new Unsupported(what, key + " means nothing here", "leave it out");
            }
            fields.put(key, field.substring(equals + 1));
        }
        return fields;
    }

    private static void registry(String what, Map<String, String> fields) {
        String type = fields.getOrDefault("type", "");
        if (!type.equals("registry")) {
            throw new Unsupported(what, "caches of type " + type + " are not known here", "use type=registry");
        }
    }

    private static RegistryCaches.Mode mode(String what, Map<String, String> fields) {
        return switch (fields.getOrDefault("mode", "min")) {
            case "min" -> RegistryCaches.Mode.MIN;
            case "max" -> RegistryCaches.Mode.MAX;
            default -> throw new InvalidArgument(what, "there is no such mode", "write mode=min or mode=max");
        };
    }

    private static boolean flag(String what, Map<String, String> fields) {
        return switch (fields.getOrDefault("ignore-error", "false")) {
            case "false" -> false;
            case "true" -> true;
            default -> throw new InvalidArgument(what, "ignore-error is true or false", "write one of them");
        };
    }
}
