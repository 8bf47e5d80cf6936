package dev.gantry.docker.access;

/// What a caller may not do. Limits add up; without any a caller may do everything, as with Docker.
public enum Limit {
    /// Nothing that changes anything.
    READ_ONLY("read-only"),
    /// Sees and changes only containers that it made; of images, networks and volumes it only uses what is there.
    OWN_CONTAINERS("own-containers"),
    /// Containers have no more rights than usual.
    NO_PRIVILEGED("no-privileged"),
    /// Containers see no files of the host.
    NO_HOST_MOUNTS("no-host-mounts"),
    /// Nothing at all.
    NOTHING("nothing");

    private final String word;

    Limit(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}
