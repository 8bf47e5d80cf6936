package dev.gantry.images.registry;

import dev.gantry.base.Repository;
import dev.gantry.base.Unavailable;
import java.io.IOException;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;

/// Opens sessions with registries and shares their connections.
///
/// ```java
/// try (var client = new RegistryClient(RegistryOptions.DEFAULT)) {
///     var session = client.open(reference.repository(), Credentials.ANONYMOUS);
///     Fetched manifest = session.manifest(reference);
/// }
/// ```
public final class RegistryClient implements AutoCloseable {
    private static final Duration PROBE = Duration.ofSeconds(10);

    private final Supplier<RegistryOptions> options;
    private final Transport transport;
    private final Map<String, URI> bases = new ConcurrentHashMap<>();

    /// Trusts whom the JDK trusts.
    public RegistryClient(RegistryOptions options) {
        this(() -> options);
    }

    /// The same with options that may change; their pace is the first one's.
    public RegistryClient(Supplier<RegistryOptions> options) {
        this(options, options.get().pace(), RegistryClient::jdkTrust);
    }

    /// Trusts whom `tls` trusts, for registries with authorities of their own.
    public RegistryClient(RegistryOptions options, SSLContext tls) {
        this(() -> options, options.pace(), () -> tls);
    }

    private RegistryClient(Supplier<RegistryOptions> options, Pace pace, Supplier<SSLContext> tls) {
        this.options = options;
        this.transport = new Transport(pace, () -> options.get().proxies(), tls);
    }

    private static SSLContext jdkTrust() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
    }

    /// A conversation about one repository. Nothing is sent yet.
    public RegistrySession open(Repository repository, Credentials credentials) {
        return open(repository, credentials, "pull");
    }

    /// The same for one who brings something, too.
    public RegistryUpload openToPush(Repository repository, Credentials credentials) {
        return new RegistryUpload(open(repository, credentials, "pull,push"));
    }

    /// Returns when the registry at `domain` takes these credentials.
    public void login(String domain, Credentials credentials) {
        session(new Repository(domain, "login"), credentials, "").login();
    }

    /// What the index of the registry at `domain` finds, at most `limit`.
    public List<FoundImage> search(String domain, String term, int limit, Credentials credentials) {
        boolean usual = domain.equals(Repository.DEFAULT_DOMAIN);
        String name = usual ? "index.docker.io" : domain;
        try {
            return new RegistrySearch(transport, name).ask(base(name), term, limit, credentials);
        } catch (IOException e) {
            throw new Unavailable(
                    "search " + name + " for " + term,
                    Patience.words(e),
                    "check the network and that " + name + " is up",
                    e);
        }
    }

    /// Who else may have what Docker's own registry has, in the order in which they are asked. Nobody's credentials go
    /// there.
    public List<RegistrySession> mirrors(Repository repository) {
        if (!repository.domain().equals(Repository.DEFAULT_DOMAIN)) {
            return List.of();
        }
        return options().mirrors().stream()
                .map(mirror -> mirror(repository, mirror))
                .toList();
    }

    private RegistrySession mirror(Repository repository, URI mirror) {
        boolean plain = "http".equals(mirror.getScheme());
        String scope = "repository:" + repository.path() + ":pull";
        var authenticator = new Authenticator(transport, Credentials.ANONYMOUS, mirror.getAuthority(), scope, plain);
        return new RegistrySession(
                repository, transport, authenticator, options().pace(), () -> mirror);
    }

    private RegistrySession open(Repository repository, Credentials credentials, String actions) {
        return session(repository, credentials, "repository:" + repository.path() + ":" + actions);
    }

    private RegistrySession session(Repository repository, Credentials credentials, String scope) {
        String domain = repository.domain();
        var authenticator = new Authenticator(
                transport, credentials, domain, scope, options().mayBePlain(domain));
        return new RegistrySession(
                repository, transport, authenticator, options().pace(), () -> base(domain));
    }

    public RegistryOptions options() {
        return options.get();
    }

    @Override
    public void close() {
        transport.close();
    }

    /// `https://host`, or `http://host` where that is allowed and spoken.
    private URI base(String domain) throws IOException {
        boolean mayBePlain = options().mayBePlain(domain);
        URI known = bases.get(domain);
        if (known != null && (mayBePlain || "https".equals(known.getScheme()))) {
            return known;
        }
        URI base = mayBePlain ? probe(domain) : URI.create("https://" + RegistryOptions.authority(domain));
        bases.put(domain, base);
        return base;
    }

    /// On this host plain http is the rule; elsewhere TLS is tried first, so that a listed registry
    /// that has it keeps it.
    private URI probe(String domain) throws IOException {
        boolean loopback = RegistryOptions.isLoopback(domain);
        URI first = URI.create((loopback ? "http://" : "https://") + domain);
        URI second = URI.create((loopback ? "https://" : "http://") + domain);
        try {
            if (answers(first)) {
                return first;
            }
        } catch (IOException e) {
            try {
                if (answers(second)) {
                    return second;
                }
            } catch (SSLHandshakeException untrusted) {
                // It does speak TLS, so this is the reason and not that it does not speak plainly.
                untrusted.addSuppressed(e);
                throw untrusted;
            } catch (IOException also) {
                e.addSuppressed(also);
            }
            throw e;
        }
        return answers(second) ? second : first;
    }

    private boolean answers(URI base) throws IOException {
        try (Transport.Answer answer = transport.get(base.resolve("/v2/"), Map.of(), PROBE)) {
            // A TLS port that is asked in plain words answers 400.
            return answer.status() != 400;
        }
    }
}
