package dev.gantry.docker.image;

import dev.gantry.base.NotFound;
import dev.gantry.base.Reference;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.Events;
import dev.gantry.images.image.Images;
import java.util.HashMap;
import java.util.Map;

/// Tells what happened to images: with the labels of the image, as far as it is still there, and a name.
public final class ImageEvents {
    private final Events events;
    private final Images images;

    public ImageEvents(Events events, Images images) {
        this.events = events;
        this.images = images;
    }

    /// Came from a registry, or went to one: the subject is the name with its tag, the attribute the name alone.
    void moved(String action, Reference name) {
        tell(action, name.familiar(), name.familiar(), name.repository().familiar());
    }

    /// The image of this id got a name.
    public void tagged(String id, Reference.Tagged name) {
        tell("tag", id, id, name.familiar());
    }

    /// Anything else: the image is its own name.
    void of(String action, String id) {
        tell(action, id, id, id);
    }

    /// An image that is gone has no labels.
    void removed(String action, String id) {
        events.publish(Event.Kind.IMAGE, action, id, Map.of("name", id));
    }

    void pruned(long bytes) {
        events.publish(Event.Kind.IMAGE, "prune", "", Map.of("reclaimed", Long.toString(bytes)));
    }

    private void tell(String action, String subject, String image, String name) {
        Map<String, String> attributes = new HashMap<>();
        try {
            attributes.putAll(images.inspect(image).summary().labels());
        } catch (NotFound goneMeanwhile) {
            // The event is true all the same.
        }
        attributes.put("name", name);
        events.publish(Event.Kind.IMAGE, action, subject, attributes);
    }
}
