package dev.gantry.docker.container;

import dev.gantry.api.container.ContainerConfig;
import dev.gantry.api.container.IdResponse;
import dev.gantry.api.json.Wire;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Reference;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.image.ImageEvents;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Routes;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.event.Event;
import dev.gantry.images.image.Changes;
import dev.gantry.images.image.Image;
import dev.gantry.images.image.Images;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// `POST /commit`: an image of a container.
public final class CommitRoute {
    /// Of a container's configuration, what an image has, too.
    private static final Set<String> OF_IMAGES = Set.of(
            "User",
            "ExposedPorts",
            "Env",
            "Entrypoint",
            "Cmd",
            "Volumes",
            "WorkingDir",
            "Labels",
            "StopSignal",
            "Healthcheck",
            "OnBuild",
            "Shell",
            "ArgsEscaped");

    private final Gantry engine;
    private final Lookup lookup;

    public CommitRoute(Gantry engine) {
        this.engine = engine;
        this.lookup = new Lookup(engine.containers());
    }

    public void addTo(Routes routes) {
        routes.add("POST", "/commit", this::commit);
    }

    private ApiResponse commit(Call call) {
        Container c = lookup.find(call.named(call.query().text("container")));
        List<Reference.Tagged> names = names(call);
        Map<String, Object> own =
                ofImage(Wire.json().toJson(InspectTranslation.config(c, InspectTranslation.asked(c.spec()))));
        Map<String, Object> given = ofImage(document(call));
        Map<String, Object> asked =
                Changes.apply(given.isEmpty() ? own : given, call.query().all("changes"));
        List<String> argv = InspectTranslation.argv(c.spec());
        var options = new Images.CommitOptions(
                names,
                call.query().text("author"),
                call.query().text("comment"),
                String.join(" ", argv),
                Changes.merge(asked, own));
        boolean pause = call.query().text("pause").isEmpty() || call.query().flag("pause");
        Image made = engine.layers().commit(c.id(), options, pause);
        tell(c, made, names, call.query().text("comment"));
        return ApiResponse.json(201, new IdResponse(made.id().digest().toString()));
    }

    private static String document(Call call) {
        String text = call.request().document().strip();
        if (text.isEmpty() || text.equals("null")) {
            return "{}";
        }
        return Wire.json().toJson(Call.read(ContainerConfig.class, text));
    }

    private static Map<String, Object> ofImage(String json) {
        Map<String, Object> kept = new TreeMap<>();
        if (Wire.json().type(Object.class).fromJson(json) instanceof Map<?, ?> all) {
            all.forEach((key, value) -> {
                boolean empty = value == null
                        || value.equals("")
                        || value instanceof List<?> list && list.isEmpty()
                        || value instanceof Map<?, ?> map && map.isEmpty();
                if (OF_IMAGES.contains(String.valueOf(key)) && !empty) {
                    kept.put(String.valueOf(key), value);
                }
            });
        }
        return kept;
    }

    private static List<Reference.Tagged> names(Call call) {
        String repository = call.query().text("repo");
        if (repository.isEmpty()) {
            return List.of();
        }
        String tag = call.query().text("tag");
        try {
            Reference name = Reference.parse(tag.isEmpty() ? repository : repository + ":" + tag);
            if (name instanceof Reference.Tagged tagged) {
                return List.of(tagged);
            }
        } catch (InvalidArgument e) {
            throw new DockerError(400, "invalid reference format: " + e.getMessage(), e);
        }
        throw DockerError.badParameter("refusing to create a tag with a digest reference");
    }

    private void tell(Container c, Image made, List<Reference.Tagged> names, String comment) {
        Map<String, String> attributes = new HashMap<>(c.spec().labels());
        attributes.put("image", c.spec().image());
        attributes.put("name", c.name());
        attributes.put("comment", comment);
        attributes.put("imageID", made.id().digest().toString());
        List<String> familiar = new ArrayList<>();
        names.forEach(name -> familiar.add(name.toString()));
        attributes.put("imageRef", familiar.isEmpty() ? "" : familiar.getFirst());
        ImageEvents images = new ImageEvents(engine.events(), engine.images());
        names.forEach(name -> images.tagged(made.id().digest().toString(), name));
        engine.events().publish(Event.Kind.CONTAINER, "commit", c.id().hex(), attributes);
    }
}
