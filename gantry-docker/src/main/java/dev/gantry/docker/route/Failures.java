package dev.gantry.docker.route;

import dev.gantry.api.system.ErrorMessage;
import dev.gantry.base.Conflict;
import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.docker.ApiResponse;

/// The one place where errors become statuses.
public final class Failures {
    private Failures() {}

    public static ApiResponse answer(RuntimeException failure) {
        return ApiResponse.json(status(failure), new ErrorMessage(words(failure)));
    }

    public static int status(RuntimeException failure) {
        return switch (failure) {
            case DockerError e -> e.status();
            case GantryException e -> httpStatus(e);
            default -> 500;
        };
    }

    public static String words(RuntimeException failure) {
        String message = failure.getMessage();
        boolean ours = failure instanceof DockerError || failure instanceof GantryException;
        return ours && message != null ? message : "internal error: " + failure;
    }

    private static int httpStatus(GantryException e) {
        return switch (e) {
            case InvalidArgument _ -> 400;
            case Forbidden _ -> 403;
            case NotFound _ -> 404;
            case Conflict _ -> 409;
            case Internal _ -> 500;
            case Unsupported _ -> 501;
            case Unavailable _ -> 503;
        };
    }
}
