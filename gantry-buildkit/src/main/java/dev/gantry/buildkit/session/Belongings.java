package dev.gantry.buildkit.session;

import dev.gantry.base.Unavailable;
import dev.gantry.build.solve.Lent;
import dev.gantry.images.registry.Credentials;
import java.nio.file.Path;
import java.util.Optional;
import moby.buildkit.secrets.v1.GetSecretRequest;
import moby.filesync.v1.CredentialsRequest;
import moby.filesync.v1.CredentialsResponse;
import moby.sshforward.v1.CheckAgentRequest;

/// What a client has beside its files.
public final class Belongings implements Lent {
    private final Session session;

    public Belongings(Session session) {
        this.session = session;
    }

    @Override
    public Optional<byte[]> secret(String id) {
        return session.ask(
                        "get the secret " + id,
                        SessionMethods.SECRET,
                        GetSecretRequest.newBuilder().setID(id).build())
                .map(answer -> answer.getData().toByteArray());
    }

    @Override
    public Optional<Agent> agent(String id, Path socket) {
        try {
            return session.ask(
                            "find the ssh agent " + id,
                            SessionMethods.CHECK_AGENT,
                            CheckAgentRequest.newBuilder().setID(id).build())
                    .map(_ -> ForwardedAgent.listen(session, id, socket));
        } catch (Unavailable e) {
            return Optional.empty(); // as clients say that they have none of this name
        }
    }

    /// Its login to a registry.
    ///
    /// @param domain as references have it
    public Credentials credentials(String domain) {
        String host = domain.equals("docker.io") ? "registry-1.docker.io" : domain;
        return session.ask(
                        "log in to " + domain,
                        SessionMethods.CREDENTIALS,
                        CredentialsRequest.newBuilder().setHost(host).build())
                .map(Belongings::credentials)
                .orElse(Credentials.ANONYMOUS);
    }

    private static Credentials credentials(CredentialsResponse answer) {
        if (answer.getSecret().isEmpty()) {
            return Credentials.ANONYMOUS;
        }
        return answer.getUsername().isEmpty()
                ? new Credentials.IdentityToken(answer.getSecret())
                : new Credentials.Password(answer.getUsername(), answer.getSecret());
    }
}
