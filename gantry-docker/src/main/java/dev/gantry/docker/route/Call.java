package dev.gantry.docker.route;

import dev.gantry.api.json.Wire;
import dev.gantry.base.ContainerId;
import dev.gantry.base.JsonText;
import dev.gantry.docker.ApiRequest;
import dev.gantry.docker.Query;
import dev.gantry.docker.access.Access;
import io.avaje.json.JsonException;
import java.util.List;

/// A request that has found its route: `subject` is the part of the path that names something, `minor` the version it
/// speaks.
///
/// @param access what the caller may do
/// @param judged the container that its query or body names, by its id; empty: nobody judged it
public record Call(ApiRequest request, String subject, int minor, Access access, String judged) {
    /// Of a caller without limits.
    public Call(ApiRequest request, String subject, int minor) {
        this(request, subject, minor, Access.FULL, "");
    }

    public Call with(Access other) {
        return new Call(request, subject, minor, other, judged);
    }

    public Call with(String otherSubject) {
        return new Call(request, otherSubject, minor, access, judged);
    }

    public Call with(ApiRequest other) {
        return new Call(other, subject, minor, access, judged);
    }

    public Call withJudged(ContainerId container) {
        return new Call(request, subject, minor, access, container.hex());
    }

    /// The container that the query or the body calls `name`: by its id where it was judged, for a name may mean
    /// another a moment later.
    public String named(String name) {
        return judged.isEmpty() ? name : judged;
    }

    public Query query() {
        return request.query();
    }

    public boolean since(int version) {
        return minor >= version;
    }

    /// The body as a record. An absent body is refused, as is one of another type.
    public <T> T body(Class<T> type) {
        String contentType = request.header("content-type");
        if (contentType == null || !isJson(contentType)) {
            throw DockerError.badParameter("Content-Type specified (" + (contentType == null ? "" : contentType)
                    + ") must be 'application/json'");
        }
        String text = request.document();
        if (text.isBlank()) {
            throw DockerError.badParameter("invalid JSON: got EOF while reading request body");
        }
        return read(type, text);
    }

    /// The body as a record, or `otherwise` when there is none.
    public <T> T bodyOr(Class<T> type, T otherwise) {
        String text = request.document();
        return text.isBlank() ? otherwise : read(type, text);
    }

    /// The body as a list of records; empty when there is none, or when it is null.
    public <T> List<T> list(Class<T> type) {
        String text = request.document();
        if (text.isBlank() || text.strip().equals("null")) {
            return List.of();
        }
        try {
            return Wire.json().type(type).list().fromJson(JsonText.readable(text));
        } catch (JsonException | IllegalStateException | IndexOutOfBoundsException e) {
            throw new DockerError(400, "invalid JSON: " + e.getMessage(), e);
        }
    }

    /// A text as a record.
    public static <T> T read(Class<T> type, String text) {
        try {
            return Wire.json().type(type).fromJson(JsonText.readable(text));
        } catch (JsonException | IllegalStateException | IndexOutOfBoundsException e) {
            throw new DockerError(400, "invalid JSON: " + e.getMessage(), e);
        }
    }

    private static boolean isJson(String contentType) {
        int parameters = contentType.indexOf(';');
        String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
        return type.strip().equalsIgnoreCase("application/json");
    }
}
