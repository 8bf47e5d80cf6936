package dev.gantry.base;

/// The caller, or this process, may not do it.
public final class Forbidden extends GantryException {
    public Forbidden(String what, String why, String todo) {
        super(what, why, todo);
    }

    public Forbidden(String what, String why, String todo, Throwable cause) {
        super(what, why, todo, cause);
    }
}
