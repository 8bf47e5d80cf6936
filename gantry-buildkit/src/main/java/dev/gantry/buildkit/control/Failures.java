package dev.gantry.buildkit.control;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.gantry.api.json.Wire;
import dev.gantry.base.Conflict;
import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.build.solve.StepFailed;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Errors as a client of BuildKit is told of them. Details are JSON, as BuildKit writes its own.
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
    private static final Pattern STEP_FAILED =
            Pattern.compile("The command '(.*)' returned a non-zero code: (.*)", Pattern.DOTALL);
    private static final String TYPES = "github.com/moby/buildkit/";

    private Failures() {}

    static StatusRuntimeException of(Throwable e) {
        return of(e, SourceText.NONE);
    }

    /// @param source what was built
    static StatusRuntimeException of(Throwable e, SourceText source) {
        return switch (e) {
            case StatusRuntimeException known -> known;
            case StepFailed step ->
                status(Status.Code.UNKNOWN, words(String.valueOf(step.getMessage())), details(step, source));
            case GantryException g -> status(code(g), String.valueOf(g.getMessage()), source.fault(g));
            case InterruptedException _ ->
                Status.CANCELLED.withDescription("the build was cancelled").asRuntimeException();
            default -> {
                LOG.error("build=failed", e);
                yield status(Status.Code.INTERNAL, "internal error: " + e, List.of());
            }
        };
    }

    /// What is said of a step that failed, as BuildKit says it.
    static String words(String ours) {
        Matcher failed = STEP_FAILED.matcher(ours);
        return failed.matches()
                ? "process \"" + failed.group(1) + "\" did not complete successfully: exit code: " + failed.group(2)
                : ours;
    }

    /// Clients show every other code before the words.
    private static Status.Code code(GantryException e) {
        return switch (e) {
            case InvalidArgument _, NotFound _, Conflict _, Internal _, Unavailable _, Unsupported _ ->
                Status.Code.UNKNOWN;
            case Forbidden _ -> Status.Code.PERMISSION_DENIED;
        };
    }

    private static List<Any> details(StepFailed e, SourceText source) {
        List<Any> details = new ArrayList<>();
        details.add(any("gatewayapi.ExitMessage+json", Map.of("Code", e.code())));
        details.add(
                any("errdefs.Vertex+json", Map.of("digest", e.vertex().digest().toString())));
        details.addAll(source.at(e.vertex().note().step()));
        return details;
    }

    static Any any(String type, Object document) {
        return Any.newBuilder()
                .setTypeUrl(TYPES + type)
                .setValue(ByteString.copyFrom(Wire.json().toJsonBytes(document)))
                .build();
    }

    private static StatusRuntimeException status(Status.Code code, String words, List<Any> details) {
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(code.value())
                .setMessage(words)
                .addAllDetails(details)
                .build());
    }
}
