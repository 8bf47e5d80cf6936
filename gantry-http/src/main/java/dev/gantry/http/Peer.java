package dev.gantry.http;

import dev.gantry.base.Unavailable;
import dev.gantry.docker.Caller;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/// The other end of a connection. It is asked for once, when somebody wants to know.
final class Peer {
    private final Channel channel;

    /// Written by whoever asks first; a race asks twice and hears the same.
    private volatile @Nullable Caller known;

    Peer(Channel channel) {
        this.channel = channel;
    }

    Caller caller() {
        Caller caller = known;
        if (caller == null) {
            caller = ask();
            known = caller;
        }
        return caller;
    }

    private Caller ask() {
        if (channel instanceof EpollDomainSocketChannel local) {
            try {
                PeerCredentials peer = local.peerCredentials();
                int[] groups = peer.gids();
                return new Caller.Local(peer.pid(), peer.uid(), groups.length == 0 ? -1 : groups[0]);
            } catch (IOException e) {
                throw new Unavailable("learn who is asking", "the connection is closed", "ask again", e);
            }
        }
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls != null) {
            try {
                return certified(tls.engine().getSession().getPeerCertificates());
            } catch (SSLPeerUnverifiedException e) {
                // It was asked for none: --tls without --tlsverify.
                return anybody();
            }
        }
        return anybody();
    }

    private Caller anybody() {
        if (channel.remoteAddress() instanceof InetSocketAddress remote) {
            return new Caller.Anybody(remote.getAddress().getHostAddress());
        }
        throw new Unavailable("learn who is asking", "the connection is closed", "ask again");
    }

    private static Caller certified(Certificate[] certificates) {
        List<X509Certificate> chain = new ArrayList<>();
        for (Certificate c : certificates) {
            chain.add((X509Certificate) c);
        }
        return new Caller.Certified(
                commonName(chain.getFirst().getSubjectX500Principal().getName()), chain);
    }

    /// The last in the order of the certificate, which is the first as RFC 2253 writes it.
    private static String commonName(String subject) {
        try {
            List<Rdn> parts = new LdapName(subject).getRdns();
            for (Rdn part : parts.reversed()) {
                if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String name) {
                    return name;
                }
            }
        } catch (InvalidNameException e) {
            throw new IllegalStateException("the name of a certificate that was verified is well formed", e);
        }
        return "";
    }
}
