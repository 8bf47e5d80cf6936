package dev.gantry.docker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.docker.ApiRequest;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.Query;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The frames of RFC 6455: its own examples, and what clients may and may not send.
class WebSocketFramesTest {
    private static final HexFormat HEX = HexFormat.of();

    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    private WebSocketFrames frames(String hex) {
        InputStream in = new ByteArrayInputStream(HEX.parseHex(hex.replace(" ", "")));
        return WebSocketFrames.over(
                new ApiResponse.Duplex() {
                    @Override
                    public InputStream input() {
                        return in;
                    }

                    @Override
                    public OutputStream output() {
                        return sent;
                    }

                    @Override
                    public void closeOutput() {}
                },
                true);
    }

    private String sent() {
        return HEX.formatHex(sent.toByteArray());
    }

    private static Call call(Map<String, String> headers) {
        return new Call(new ApiRequest("GET", "/", Query.NONE, headers::get, InputStream.nullInputStream()), "c", 50);
    }

    @Test
    void theKeyOfTheSpecificationIsAnsweredAsThere() {
        Map<String, String> headers = Map.of(
                "upgrade", "websocket",
                "connection", "keep-alive, Upgrade",
                "sec-websocket-version", "13",
                "sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        assertThat(WebSocketFrames.accept(call(headers))).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assertThatThrownBy(() -> WebSocketFrames.accept(call(Map.of("upgrade", "websocket"))))
                .isInstanceOfSatisfying(
                        DockerError.class, e -> assertThat(e.status()).isEqualTo(400));
    }

    @Test
    void messagesAndTheirPartsBecomeOneStreamAndPingsAreAnswered() throws IOException {
        // "Hello" masked, a ping with "Hello", "Hel" and "lo" in two frames, a close.
        InputStream in = frames("8185 37fa213d 7f9f4d5158"
                        + "8985 37fa213d 7f9f4d5158" + "0183 00000000 48656c" + "8082 00000000 6c6f"
                        + "8882 00000000 03e9")
                .input();
        assertThat(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("HelloHello");
        assertThat(sent()).isEqualTo("8a0548656c6c6f" + "880203e9");
    }

    @Test
    void eachWriteIsAMessageOfItsLength() throws IOException {
        WebSocketFrames frames = frames("");
        frames.output().write(new byte[] {1, 2});
        frames.output().write(new byte[300]);
        frames.output().write(new byte[70_000]);
        frames.close();
        frames.close();
        byte[] all = sent.toByteArray();
        assertThat(HEX.formatHex(Arrays.copyOf(all, 8))).isEqualTo("8202" + "0102" + "827e012c");
        assertThat(HEX.formatHex(Arrays.copyOfRange(all, 308, 318))).isEqualTo("827f0000000000011170");
        assertThat(HEX.formatHex(Arrays.copyOfRange(all, all.length - 4, all.length)))
                .isEqualTo("880203e8");
        assertThatThrownBy(() -> frames.output().write(1)).isInstanceOf(IOException.class);
    }

    @Test
    void whatIsNoFrameOfAClientEndsTheConnection() {
        for (String wrong : new String[] {
            "8105 48656c6c6f", // without a mask
            "f185 00000000 48656c6c6f", // with bits of extensions
            "8385 00000000 48656c6c6f", // of a kind that is not there
            "0980 00000000", // a ping in parts
            "89fe 0100 00000000" // a ping that is too long
        }) {
            sent.reset();
            assertThatThrownBy(() -> frames(wrong).input().read()).as(wrong).isInstanceOf(IOException.class);
            assertThat(sent()).as(wrong).isEqualTo("880203ea");
        }
    }
}
