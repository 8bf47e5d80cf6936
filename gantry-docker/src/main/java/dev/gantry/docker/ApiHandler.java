package dev.gantry.docker;

/// Answers one request, blocking as long as that takes. Failures are answers too: nothing is thrown for a request
/// that was merely wrong.
@FunctionalInterface
public interface ApiHandler {
    ApiResponse handle(ApiRequest request);
}
