package dev.gantry.base;

/// What can go wrong, in seven kinds. A message has three parts, *what failed: why: what to do*, lower case, no full
/// stop,
/// and names the thing by the name its user gave it. Kinds are mapped once to HTTP and once to exit codes.
public abstract sealed class GantryException extends RuntimeException
        permits InvalidArgument, Forbidden, NotFound, Conflict, Unsupported, Unavailable, Internal {
    private final String what;
    private final String why;
    private final String todo;

    GantryException(String what, String why, String todo, Throwable... causes) {
        super(what + ": " + why + ": " + todo, causes.length == 0 ? null : causes[0]);
        this.what = what;
        this.why = why;
        this.todo = todo;
    }

    /// What failed: `pull debian:12`.
    public String what() {
        return what;
    }

    /// Why it failed.
    public String why() {
        return why;
    }

    /// What the user can do.
    public String todo() {
        return todo;
    }
}
