package dev.gantry.base;

/// What was asked makes no sense as it stands; asking again unchanged fails again.
public final class InvalidArgument extends GantryException {
    public InvalidArgument(String what, String why, String todo) {
        super(what, why, todo);
    }

    public InvalidArgument(String what, String why, String todo, Throwable cause) {
        super(what, why, todo, cause);
    }
}
