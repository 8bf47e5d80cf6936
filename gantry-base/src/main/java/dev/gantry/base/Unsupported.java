package dev.gantry.base;

/// A valid request for something that this host or this version does not have.
public final class Unsupported extends GantryException {
    public Unsupported(String what, String why, String todo) {
        super(what, why, todo);
    }

    public Unsupported(String what, String why, String todo, Throwable cause) {
        super(what, why, todo, cause);
    }
}
