package dev.gantry.images.snapshot;

import java.util.Optional;

/// How the files of containers are made of layers; the names are those that clients of Docker know.
public enum StorageDriver {
    OVERLAY("overlay2"),
    COPY("vfs");

    private final String word;

    StorageDriver(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }

    public static Optional<StorageDriver> of(String word) {
        for (StorageDriver driver : values()) {
            if (driver.word.equals(word)) {
                return Optional.of(driver);
            }
        }
        return Optional.empty();
    }
}
