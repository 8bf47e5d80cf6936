package dev.gantry.daemon.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.observe.Span;
import dev.gantry.engine.observe.Trace;
import java.net.URI;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TraceOptionsTest {
    private static TraceOptions of(Map<String, String> environment) {
        return TraceOptions.of(environment).orElseThrow();
    }

    @Test
    void withoutAnAddressNothingIsSent() {
        assertThat(TraceOptions.of(Map.of())).isEmpty();
        assertThat(TraceOptions.of(Map.of("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")))
                .isEmpty();
        assertThat(TraceOptions.of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318", "OTEL_SDK_DISABLED", "true")))
                .isEmpty();
    }

    @Test
    void theAddressOfAllSignalsHasAPathForTracesAndThatOfTracesIsTakenAsItIs() {
        assertThat(of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318")).endpoint())
                .isEqualTo(URI.create("http://c:4318/v1/traces"));
        assertThat(of(Map.of(
                                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                                "https://c/x",
                                "OTEL_EXPORTER_OTLP_ENDPOINT",
                                "http://d"))
                        .endpoint())
                .isEqualTo(URI.create("https://c/x"));
    }

    @Test
    void headersAndNamesAreAsTheEnvironmentSays() {
        TraceOptions options = of(Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318/",
                "OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b, x=1+1",
                "OTEL_RESOURCE_ATTRIBUTES", "rack=7"));
        assertThat(options.endpoint()).isEqualTo(URI.create("http://c:4318/v1/traces"));
        assertThat(options.headers()).isEqualTo(Map.of("api-key", "a b", "x", "1+1"));
        assertThat(options.resource()).isEqualTo(Map.of("rack", "7", "service.name", "gantry"));
    }

    @Test
    void whatIsNotDoneIsRefusedAndNotPassedOver() {
        assertThatThrownBy(() -> of(
                        Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4317", "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("http/protobuf");
        assertThatThrownBy(() -> of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "c:4317")))
                .isInstanceOf(InvalidArgument.class);
    }

    @Test
    void whatCannotBeSentIsRefusedAndNoSecretIsRepeated() {
        for (String header : List.of("key=secret%0Ax: y", "host=secret", "a b=secret")) {
            assertThatThrownBy(() -> of(Map.of(
                            "OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318", "OTEL_EXPORTER_OTLP_HEADERS", header)))
                    .as(header)
                    .isInstanceOf(InvalidArgument.class)
                    .hasMessageNotContaining("secret")
                    .hasNoCause();
        }
        for (String endpoint : List.of("http://me:secret@c:4318", "http://me:secret@c d", "secret")) {
            assertThatThrownBy(() -> of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)))
                    .as(endpoint)
                    .isInstanceOf(GantryException.class)
                    .hasMessageNotContaining("secret")
                    .hasNoCause();
        }
    }

    @Test
    void aSpanIsWrittenAsACollectorReadsIt() {
        Trace parent = new Trace("0102030405060708090a0b0c0d0e0f10", "1112131415161718", true);
        Trace at = new Trace(parent.trace(), "2122232425262728", true);
        var span = new Span(at, parent, "n", true, Instant.ofEpochSecond(1), 1, "bad", Map.of("k", "v"));
        // ExportTraceServiceRequest{resource_spans{resource{service.name=g} scope_spans{scope spans}}}
        assertThat(HexFormat.of().formatHex(OtlpMessage.of(List.of(span), Map.of("a", "b"), "1")))
                .isEqualTo(
                        "0a71" // resource_spans
                                + "0a0a" + "0a08" + "0a0161" + "1203" + "0a0162" // resource
                                + "1263" // scope_spans
                                + "0a0f" + "0a0a"
                                + HexFormat.of()
                                        .formatHex("dev.gantry".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                                + "120131" // scope
                                + "1250" // span
                                + "0a10" + parent.trace()
                                + "1208" + at.span()
                                + "2208" + parent.span()
                                + "2a016e" // name
                                + "3002" // kind: server
                                + "3900ca9a3b00000000" // start
                                + "4101ca9a3b00000000" // end
                                + "4a08" + "0a016b" + "1203" + "0a0176" // attribute
                                + "7a07" + "1203626164" + "1802"); // status
    }
}
