package dev.gantry.buildkit.control;

import dev.gantry.base.Reference;
import dev.gantry.build.BuildRequest;
import dev.gantry.docker.build.CacheTexts;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import moby.buildkit.v1.CacheOptions;
import moby.buildkit.v1.CacheOptionsEntry;
import moby.buildkit.v1.frontend.SolveRequest;

/// The caches that a client asks for.
///
/// @param registries those at registries
/// @param inline whether the image says what its own steps have made
record CacheWishes(BuildRequest.Caches registries, boolean inline) {
    private static final String INLINE = "inline";

    /// Refuses those that cannot be.
    static CacheWishes of(CacheOptions options) {
        List<String> from = new ArrayList<>(options.getImportRefsDeprecatedList());
        options.getImportsList().forEach(e -> from.add(text(e.getType(), e.getAttrsMap())));
        List<String> to = new ArrayList<>();
        boolean inline = false;
        for (CacheOptionsEntry e : options.getExportsList()) {
            if (e.getType().equals(INLINE)) {
                inline = true;
            } else {
                to.add(text(e.getType(), e.getAttrsMap()));
            }
        }
        if (!options.getExportRefDeprecated().isEmpty()) {
            Map<String, String> attributes = new TreeMap<>(options.getExportAttrsDeprecatedMap());
            attributes.put("ref", options.getExportRefDeprecated());
            to.add(text("registry", attributes));
        }
        return new CacheWishes(CacheTexts.read(from, to), inline);
    }

    /// What a frontend asks, by the call itself and by attributes.
    static Set<Reference> of(SolveRequest request, List<Map.Entry<String, Map<String, String>>> attributes) {
        List<String> from = new ArrayList<>();
        request.getCacheImportsList().forEach(e -> from.add(text(e.getType(), e.getAttrsMap())));
        attributes.forEach(e -> from.add(text(e.getKey(), e.getValue())));
        return new LinkedHashSet<>(CacheTexts.read(from, List.of()).from());
    }

    /// As people write it. Of a type that is not known, attributes mean nothing.
    private static String text(String type, Map<String, String> attributes) {
        if (!type.equals("registry")) {
            return "type=" + type;
        }
        var text = new StringBuilder("type=").append(type);
        new TreeMap<>(attributes).forEach((name, value) -> {
            String plain = name.equals("ignore-error") ? String.valueOf(Flags.flag(name, value)) : value;
            text.append(',').append(name).append('=').append(plain);
        });
        return text.toString();
    }
}
