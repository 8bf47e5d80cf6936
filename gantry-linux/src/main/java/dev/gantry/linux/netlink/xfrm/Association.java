package dev.gantry.linux.netlink.xfrm;

import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;
import java.util.Arrays;

/// One direction of ESP in transport mode with AES-256-GCM (RFC 4106), and sequence numbers of 64 bits (RFC
/// 4304): those of 32 would end within a day. `spi` is how the receiver finds it. `secret` is the key and,
/// behind it, the salt. `request` is the number by which policies ask for it.
public record Association(Flow flow, int spi, byte[] secret, int request) {
    /// The key and its salt, RFC 4106 §8.1.
    public static final int SECRET = 32 + 4;

    private static final String ALGORITHM = "rfc4106(gcm(aes))";
    private static final int ALGORITHM_NAME = 64; // xfrm_algo_aead.alg_name
    private static final int TAG_BITS = 128;
    private static final int WINDOW = 128;

    public Association {
        if (secret.length != SECRET) {
            throw new IllegalArgumentException("a secret has " + SECRET + " bytes, not " + secret.length);
        }
        secret = secret.clone();
    }

    @Override
    public byte[] secret() {
        return secret.clone();
    }

    /// EEXIST when there is one of this SPI; EPROTONOSUPPORT or ENOSYS when the kernel has no ESP or no AES-GCM.
    public Message add() {
        var e = new Encoder();
        flow.selector(e);
        Flow.address(e, flow.destination());
        e.be16(spi >>> 16).be16(spi).u8(XfrmHeader.IPPROTO_ESP).u8(0).u16(0);
        Flow.address(e, flow.source());
        Flow.forEver(e);
        Flow.zero(e, 3 + 1); // statistics, sequence of a request for keys
        e.u32(request).u16(flow.family()).u8(XfrmHeader.XFRM_MODE_TRANSPORT);
        e.u8(0).u8(XfrmHeader.XFRM_STATE_ESN).u8(0).u16(0);
        Flow.zero(e, 1); // to a multiple of eight
        e.bytes(XfrmHeader.XFRMA_ALG_AEAD, algorithm());
        var replay = new Encoder().u32(WINDOW / Integer.SIZE);
        Flow.zero(replay, 4);
        replay.u32(WINDOW);
        Flow.zero(replay, WINDOW / Integer.SIZE);
        e.bytes(XfrmHeader.XFRMA_REPLAY_ESN_VAL, replay.toBytes());
        return e.message("add " + this, XfrmHeader.XFRM_MSG_NEWSA, XfrmHeader.NLM_F_CREATE | XfrmHeader.NLM_F_EXCL);
    }

    /// `struct xfrm_algo_aead`.
    private byte[] algorithm() {
        var e = new Encoder();
        byte[] name = Arrays.copyOf(ALGORITHM.getBytes(java.nio.charset.StandardCharsets.US_ASCII), ALGORITHM_NAME);
        for (byte b : name) {
            e.u8(b);
        }
        e.u32(SECRET * Byte.SIZE).u32(TAG_BITS);
        for (byte b : secret) {
            e.u8(b);
        }
        return e.toBytes();
    }

    /// ESRCH when there is none.
    public Message delete() {
        return held().delete();
    }

    /// As the kernel tells of it.
    public HeldAssociation held() {
        return new HeldAssociation(flow, spi, request);
    }

    /// Compared by what it is, its secret too, and printed without that.
    @Override
    public boolean equals(Object o) {
        return o instanceof Association other
                && flow.equals(other.flow)
                && spi == other.spi
                && request == other.request
                && Arrays.equals(secret, other.secret);
    }

    @Override
    public int hashCode() {
        return flow.hashCode() * 31 + spi;
    }

    @Override
    public String toString() {
        return held().toString();
    }
}
