package dev.gantry.images.progress;

/// Hears what happens. Called from several threads, one call at a time; it should return quickly.
@FunctionalInterface
public interface ProgressListener {
    ProgressListener SILENT = _ -> {};

    void on(ProgressEvent event);
}
