package dev.gantry.base;

/// The engine or the kernel did what it should not; a bug report is welcome.
public final class Internal extends GantryException {
    public Internal(String what, String why, String todo) {
        super(what, why, todo);
    }

    public Internal(String what, String why, String todo, Throwable cause) {
        super(what, why, todo, cause);
    }
}
