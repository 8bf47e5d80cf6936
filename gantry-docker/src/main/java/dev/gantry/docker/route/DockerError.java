package dev.gantry.docker.route;

/// An error in Docker's own words, where clients match on them, with its HTTP status.
public final class DockerError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    public DockerError(int status, String words) {
        super(words);
        this.status = status;
    }

    public DockerError(int status, String words, Throwable cause) {
        super(words, cause);
        this.status = status;
    }

    public int status() {
        return status;
    }

    public String words() {
        return String.valueOf(getMessage());
    }

    public static DockerError noSuchContainer(String name, Throwable cause) {
        return new DockerError(404, "No such container: " + name, cause);
    }

    public static DockerError noSuchImage(String name, Throwable cause) {
        return new DockerError(404, "No such image: " + name, cause);
    }

    public static DockerError badParameter(String words) {
        return new DockerError(400, words);
    }

    /// What this engine will do, but does not do yet: what failed, why, what to do.
    public static DockerError later(String what) {
        return new DockerError(501, what + ": this version of the engine does not have it yet: ask again without it");
    }
}
