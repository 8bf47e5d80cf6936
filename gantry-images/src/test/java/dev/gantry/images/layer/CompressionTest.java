package dev.gantry.images.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class CompressionTest {
    private final byte[] data = new byte[300_000];

    CompressionTest() {
        new Random(7).nextBytes(data);
        Arrays.fill(data, 1000, 200_000, (byte) 'x');
    }

    @Test
    void theFirstBytesSayHowToDecompress() throws IOException {
        assertThat(plain(data)).isEqualTo(data);
        assertThat(plain(gzip(data))).isEqualTo(data);
        assertThat(plain(Zstd.compress(data))).isEqualTo(data);
        assertThat(plain(new byte[0])).isEmpty();
        assertThat(plain(gzip(new byte[0]))).isEmpty();
    }

    @Test
    void gzipMembersOneAfterAnotherAreOneStreamEvenIfTheInputTrickles() throws IOException {
        byte[] two = concat(gzip(data), gzip(new byte[] {1, 2, 3}));
        byte[] both = concat(data, new byte[] {1, 2, 3});
        assertThat(plain(two)).isEqualTo(both);
        InputStream trickle = new FilterInputStream(new ByteArrayInputStream(two)) {
            @Override
            public int read(byte[] b, int from, int length) throws IOException {
                return super.read(b, from, Math.min(length, 7));
            }

            @Override
            public int available() {
                return 0;
            }
        };
        assertThat(Compression.decompress(trickle, "x").readAllBytes()).isEqualTo(both);
        assertThat(plain(concat(gzip(data), new byte[512]))).as("zero padding").isEqualTo(data);
    }

    @Test
    void damagedAndTruncatedDataIsAnError() throws IOException {
        byte[] gzip = gzip(data);
        assertThatThrownBy(() -> plain(Arrays.copyOf(gzip, gzip.length - 5))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> plain(Arrays.copyOf(gzip, gzip.length / 2))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> plain(concat(gzip, new byte[] {'j', 'u', 'n', 'k'})))
                .isInstanceOf(IOException.class);
        byte[] wrongSum = gzip.clone();
        wrongSum[gzip.length - 6] ^= 1;
        assertThatThrownBy(() -> plain(wrongSum)).hasMessageContaining("checksum");
        byte[] zstd = Zstd.compress(data);
        assertThatThrownBy(() -> plain(Arrays.copyOf(zstd, zstd.length / 2))).isInstanceOf(IOException.class);
    }

    @Test
    void whatUnixToolsCompressIsRead() throws IOException {
        byte[] bzip2 = written(out -> new BZip2CompressorOutputStream(out));
        byte[] xz = written(out -> new XZOutputStream(out, new LZMA2Options()));
        assertThat(plain(bzip2)).isEqualTo(data);
        assertThat(plain(concat(bzip2, bzip2))).isEqualTo(concat(data, data));
        assertThat(plain(xz)).isEqualTo(data);
        assertThatThrownBy(() -> plain(Arrays.copyOf(bzip2, bzip2.length / 2))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> plain(Arrays.copyOf(xz, xz.length / 2))).isInstanceOf(IOException.class);
    }

    @Test
    void anXzThatWantsAGigabyteOfMemoryIsRefused() throws IOException {
        byte[] xz = written(out -> {
            var options = new LZMA2Options(0);
            options.setDictSize(512 << 20);
            return new XZOutputStream(out, options);
        });
        assertThatThrownBy(() -> plain(xz)).isInstanceOf(IOException.class);
    }

    private interface Wrapping {
        OutputStream around(OutputStream out) throws IOException;
    }

    private byte[] written(Wrapping wrapping) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (OutputStream out = wrapping.around(bytes)) {
            out.write(data);
        }
        return bytes.toByteArray();
    }

    private static byte[] plain(byte[] bytes) throws IOException {
        return Compression.decompress(
                        new SequenceInputStream(new ByteArrayInputStream(bytes), new ByteArrayInputStream(new byte[0])),
                        "x")
                .readAllBytes();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
