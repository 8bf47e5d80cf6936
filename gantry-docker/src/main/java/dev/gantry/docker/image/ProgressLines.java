package dev.gantry.docker.image;

import dev.gantry.api.image.Progress;
import dev.gantry.api.json.Wire;
import dev.gantry.base.Digest;
import dev.gantry.base.Reference;
import dev.gantry.base.Repository;
import dev.gantry.docker.route.Failures;
import dev.gantry.images.progress.ProgressEvent;
import dev.gantry.images.progress.ProgressListener;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/// The events of a transfer as Docker's lines. A client that has left ends the transfer: writing fails here.
public final class ProgressLines implements ProgressListener {
    /// A terminal shows no more than this many steps of one layer.
    private static final int STEPS = 100;

    private final OutputStream out;
    private final boolean layers;
    private final Map<Digest, Long> shown = new HashMap<>();
    private boolean pushing;

    /// Without `layers` only the beginning and the end are told.
    public ProgressLines(OutputStream out, boolean layers) {
        this.out = out;
        this.layers = layers;
    }

    @Override
    public void on(ProgressEvent event) {
        switch (event) {
            case ProgressEvent.Resolving _ -> {}
            case ProgressEvent.Resolved r ->
                write(new Progress(
                        null,
                        "Pulling from " + from(r.reference().repository()),
                        null,
                        null,
                        tag(r.reference()),
                        null,
                        null,
                        null));
            case ProgressEvent.LayerKnown l -> step(l.layer(), pushing ? "Preparing" : "Pulling fs layer");
            case ProgressEvent.LayerExists l -> step(l.layer(), "Already exists");
            case ProgressEvent.Downloading d -> bytes(d.layer(), "Downloading", d.bytes(), d.total());
            case ProgressEvent.Retrying r -> step(r.layer(), "Retrying (" + r.attempt() + "): " + r.why());
            case ProgressEvent.Verifying v -> step(v.layer(), "Verifying Checksum");
            case ProgressEvent.Downloaded d -> step(d.layer(), "Download complete");
            case ProgressEvent.Extracting e -> bytes(e.layer(), "Extracting", e.bytes(), e.total());
            case ProgressEvent.LayerDone l -> step(l.layer(), "Pull complete");
            case ProgressEvent.Named n ->
                write(Progress.stream("Loaded image: " + n.reference().familiar() + "\n"));
            case ProgressEvent.Unnamed u -> write(Progress.stream("Loaded image ID: " + u.image() + "\n"));
            case ProgressEvent.Pulled p -> {
                write(Progress.status("Digest: " + p.target()));
                String word = p.changed() ? "Downloaded newer image for " : "Image is up to date for ";
                write(Progress.status("Status: " + word + p.reference().familiar()));
            }
            case ProgressEvent.Pushing p -> {
                pushing = true;
                write(Progress.status(
                        "The push refers to repository [" + p.reference().repository() + "]"));
            }
            case ProgressEvent.Mounted m -> step(m.layer(), "Mounted from " + m.from());
            case ProgressEvent.Uploading u -> bytes(u.layer(), "Pushing", u.bytes(), u.total());
            case ProgressEvent.Uploaded u -> step(u.layer(), u.there() ? "Layer already exists" : "Pushed");
            case ProgressEvent.Pushed p -> {
                write(Progress.status(tag(p.reference()) + ": digest: " + p.target() + " size: " + p.bytes()));
                write(Progress.aux("{\"Tag\":\"" + tag(p.reference()) + "\",\"Digest\":\"" + p.target() + "\",\"Size\":"
                        + p.bytes() + "}"));
            }
        }
    }

    /// The last line of a transfer that failed.
    public void failed(RuntimeException e) throws IOException {
        line(out, Progress.failed(Failures.words(e)));
    }

    public void write(Progress line) {
        try {
            line(out, line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void line(OutputStream out, Progress line) throws IOException {
        out.write(Wire.json().toJsonBytes(line));
        out.write('\r');
        out.write('\n');
        out.flush();
    }

    private void step(Digest layer, String words) {
        if (layers) {
            write(Progress.step(shortId(layer), words));
        }
    }

    private void bytes(Digest layer, String words, long current, long total) {
        if (!layers) {
            return;
        }
        long last = shown.getOrDefault(layer, -1L);
        boolean backOrFar = current < last || current - last >= Math.max(total / STEPS, 1) || current == total;
        if (backOrFar) {
            shown.put(layer, current);
            write(Progress.step(shortId(layer), words, current, total));
        }
    }

    private static String shortId(Digest layer) {
        return layer.hex().substring(0, 12);
    }

    private static String from(Repository repository) {
        return repository.domain().equals(Repository.DEFAULT_DOMAIN) ? repository.path() : repository.familiar();
    }

    private static String tag(Reference reference) {
        return switch (reference) {
            case Reference.Tagged t -> t.tag();
            case Reference.Pinned p -> p.digest().toString();
        };
    }
}
