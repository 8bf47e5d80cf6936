package dev.gantry.base;

/// The thing named is not there.
public final class NotFound extends GantryException {
    public NotFound(String what, String why, String todo) {
        super(what, why, todo);
    }

    public NotFound(String what, String why, String todo, Throwable cause) {
        super(what, why, todo, cause);
    }
}
