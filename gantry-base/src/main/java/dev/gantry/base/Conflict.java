package dev.gantry.base;

/// The thing is in a state, or held by another, so that this cannot be done now.
public final class Conflict extends GantryException {
    public Conflict(String what, String why, String todo) {
        super(what, why, todo);
    }

    public Conflict(String what, String why, String todo, Throwable cause) {
        super(what, why, todo, cause);
    }
}
