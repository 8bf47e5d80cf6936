package dev.gantry.api.client;

/// The engine answered with an error: its status and its own words.
public final class EngineError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    public EngineError(int status, String message) {
        super(message);
        this.status = status;
    }

    public int status() {
        return status;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
