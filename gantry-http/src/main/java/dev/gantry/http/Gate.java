package dev.gantry.http;

import dev.gantry.docker.ApiHandler;
import dev.gantry.docker.ApiRequest;
import dev.gantry.docker.ApiResponse;
import java.util.Map;
import java.util.function.Supplier;

/// Who lets requests in, and answers out.
@FunctionalInterface
public interface Gate {
    /// Lets everything pass.
    Gate OPEN = (request, _, handler) -> handler.handle(request);

    /// Answers, by `handler` if it may. An answer that may not leave is dropped: neither written nor taken.
    ApiResponse pass(ApiRequest request, Supplier<Head> head, ApiHandler handler);

    /// A request as it came.
    ///
    /// @param query with its mark, as sent, or empty
    /// @param headers the first value of each
    record Head(String query, Map<String, String> headers, boolean hasBody) {
        public Head {
            headers = Map.copyOf(headers);
        }
    }
}
