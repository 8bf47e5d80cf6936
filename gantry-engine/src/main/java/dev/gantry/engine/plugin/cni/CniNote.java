package dev.gantry.engine.plugin.cni;

import dev.gantry.base.Internal;
import dev.gantry.engine.plugin.JsonTree;
import dev.gantry.engine.plugin.PluginAnswer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an attachment was made with and what came of it, as it is stored: a chain is ended with what it began with.
record CniNote(CniList list, CniAttachment attachment, Map<String, @Nullable Object> result) {
    String text() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("list", list.text());
        all.put("container", attachment.containerId());
        all.put("interface", attachment.interfaceName());
        all.put("arguments", attachment.arguments());
        all.put("runtime", attachment.runtime());
        all.put("result", result);
        return new String(JsonTree.bytes(all), StandardCharsets.UTF_8);
    }

    static CniNote read(String what, String text) {
        try {
            var all = new PluginAnswer(what, JsonTree.object(text.getBytes(StandardCharsets.UTF_8)));
            Map<String, String> arguments = new LinkedHashMap<>();
            PluginAnswer told = all.object("arguments");
            told.all().keySet().forEach(key -> arguments.put(key, told.text(key)));
            Map<String, Object> runtime = new LinkedHashMap<>();
            all.object("runtime").all().forEach((key, value) -> {
                if (value != null) {
                    runtime.put(key, value);
                }
            });
            var attachment = new CniAttachment(all.text("container"), "", all.text("interface"), arguments, runtime);
            return new CniNote(
                    CniList.parse(what, all.text("list")),
                    attachment,
                    all.object("result").all());
        } catch (IOException e) {
            throw new Internal(what, "what is stored of it is no JSON", "report this", e);
        }
    }
}
