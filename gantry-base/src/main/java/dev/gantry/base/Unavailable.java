package dev.gantry.base;

/// Something that is needed does not answer or is full; the same request may succeed later.
public final class Unavailable extends GantryException {
    public Unavailable(String what, String why, String todo) {
        super(what, why, todo);
    }

    public Unavailable(String what, String why, String todo, Throwable cause) {
        super(what, why, todo, cause);
    }
}
