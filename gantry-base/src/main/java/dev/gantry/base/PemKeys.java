package dev.gantry.base;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/// Private keys as openssl writes them: PKCS#8 (RFC 5958), or the older forms of RSA (RFC 8017 §A.1.2) and of elliptic
/// curves (RFC 5915), which become PKCS#8 here.
final class PemKeys {
    private static final byte[] VERSION = {0x02, 0x01, 0x00};
    private static final byte[] RSA = {
        0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
    };
    private static final byte[] EC = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int PARAMETERS = 0xa0;
    private static final int OBJECT = 0x06;

    private PemKeys() {}

    static PrivateKey read(String file, String pem) throws GeneralSecurityException {
        try {
            return key(pkcs8(file, pem));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new GeneralSecurityException(file + " is not PEM", e);
        }
    }

    private static byte[] pkcs8(String file, String pem) throws GeneralSecurityException {
        if (pem.contains("ENCRYPTED")) {
            throw new GeneralSecurityException(file + " is locked by a password (openssl pkey takes it away)");
        }
        if (pem.contains(begin("PRIVATE KEY"))) {
            return bytes(pem, "PRIVATE KEY");
        }
        if (pem.contains(begin("RSA PRIVATE KEY"))) {
            return tagged(SEQUENCE, VERSION, RSA, tagged(OCTETS, bytes(pem, "RSA PRIVATE KEY")));
        }
        if (pem.contains(begin("EC PRIVATE KEY"))) {
            byte[] key = bytes(pem, "EC PRIVATE KEY");
            return tagged(SEQUENCE, VERSION, tagged(SEQUENCE, EC, curve(key)), tagged(OCTETS, key));
        }
        throw new GeneralSecurityException(file + " has no private key");
    }

    private static String begin(String what) {
        return "-----BEGIN " + what + "-----";
    }

    private static byte[] bytes(String pem, String what) {
        int from = pem.indexOf(begin(what)) + begin(what).length();
        int to = pem.indexOf("-----END " + what + "-----");
        return Base64.getMimeDecoder().decode(pem.substring(from, to));
    }

    private static PrivateKey key(byte[] bytes) throws GeneralSecurityException {
        var spec = new PKCS8EncodedKeySpec(bytes);
        for (String algorithm : List.of("EC", "RSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException another) {
                continue;
            }
        }
        return KeyFactory.getInstance("EdDSA").generatePrivate(spec);
    }

    /// The name of the curve, out of `ECPrivateKey`: a version, the key, and the curve's parameters.
    private static byte[] curve(byte[] key) throws GeneralSecurityException {
        int at = content(key, 0);
        while (at < key.length) {
            int inside = content(key, at);
            if ((key[at] & 0xff) == PARAMETERS && key[inside] == OBJECT) {
                return java.util.Arrays.copyOfRange(key, inside, end(key, inside));
            }
            at = end(key, at);
        }
        throw new GeneralSecurityException("the key does not name its curve");
    }

    /// Where the content of the element at `at` begins.
    private static int content(byte[] der, int at) {
        int length = der[at + 1] & 0xff;
        return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
    }

    private static int end(byte[] der, int at) {
        int from = content(der, at);
        int length = der[at + 1] & 0xff;
        if (length < 0x80) {
            return from + length;
        }
        int sum = 0;
        for (int i = at + 2; i < from; i++) {
            sum = sum << 8 | der[i] & 0xff;
        }
        return Math.addExact(from, sum);
    }

    private static byte[] tagged(int tag, byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        var out = new ByteArrayOutputStream();
        out.write(tag);
        int length = all.size();
        if (length < 0x80) {
            out.write(length);
        } else {
            int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
            out.write(0x80 | bytes);
            for (int i = bytes - 1; i >= 0; i--) {
                out.write(length >> 8 * i);
            }
        }
        out.writeBytes(all.toByteArray());
        return out.toByteArray();
    }
}
