package dev.gantry.network.driver;

import dev.gantry.network.endpoint.EndpointPlan;
import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Network;
import java.util.Collection;
import java.util.List;

/// Whoever makes networks real. Values in; the driver stores nothing, and remembers only what it applied
/// since [#reconcile], which an engine calls first of all.
///
/// ```java
/// driver.reconcile(networks, running);                        // once, before anything else
/// driver.create(web); SandboxPlan plan = SandboxPlan.of(instance, attachments, Map.of());
/// driver.attach(attachments.getFirst(), plan.endpoints().getFirst(), sockets);
/// driver.release(List.of(endpoint.id()));                     // the container has ended
/// ```
///
/// Every method is all or nothing: when it throws, what it had made is gone again, and what was there before
/// is as it was. Errors have three parts and name the network by its user's name. Calls come from any thread;
/// those about one network, or one container, wait for each other.
public interface NetworkDriver extends AutoCloseable {
    /// Makes what the network itself needs on the host. Idempotent: what is there already is completed.
    /// A link of that name that is not ours is used if it is of the same kind, and then stays when the
    /// network goes; otherwise [dev.gantry.base.Conflict].
    void create(Network network);

    /// Takes it away again. Idempotent: what is gone already is no error. The caller sees to it that
    /// no endpoint is left.
    void remove(Network network);

    /// Makes the endpoint's interface inside the container, with its addresses and routes, and publishes
    /// its ports. The network was created. Not idempotent: an endpoint is attached once, and
    /// [dev.gantry.base.Conflict] says that its name inside is taken. `plan` is the endpoint's part of the
    /// container's [SandboxPlan]. Its settings are not applied here but by whoever is inside: see
    /// [EndpointPlan#sysctls].
    void attach(Attachment attachment, EndpointPlan plan, ContainerSockets container);

    /// Takes the endpoint of a running container away: unpublished first, then its interface goes.
    /// Idempotent.
    void detach(EndpointPlan plan, ContainerSockets container);

    /// The containers of these endpoints have ended, or never started: takes back what the host has of
    /// them. Nothing is published any more when it returns; the host's end of an interface goes soon
    /// after, with the container's namespace or by the driver's hand. Idempotent.
    void release(Collection<EndpointId> endpoints);

    /// Deletes what is left of the interfaces of released endpoints, where somebody else still holds the namespace:
    /// he must not go on using their addresses. False when one of them may still be there: it is to be asked again.
    /// An interface without a part on the host, as those of macvlans, is not seen, and stays with its namespace.
    boolean sweep(Collection<EndpointId> endpoints);

    /// Whether what [#sweep] was asked for is done by now. Waits for nothing; what could not be deleted is tried again.
    boolean isSwept(Collection<EndpointId> endpoints);

    /// Publishes exactly the ports that the endpoint has now, whatever it had before, in one transaction.
    /// Idempotent. Connections through ports that stay do not notice.
    void publish(Attachment attachment);

    /// Makes the default routes of a running container those of the plan: after an endpoint came or went.
    /// Idempotent.
    void route(SandboxPlan plan, ContainerSockets container);

    /// Does `work`, which may have the host forward packets: a program of others that runs for a container.
    /// What it turns on counts as turned on by the engine, and at no moment is a host a router for its
    /// neighbours that was none before.
    void routing(Runnable work);

    /// Makes the host what these networks and running endpoints need, and nothing else of ours: what lacks
    /// is made, what differs is set right, what carries this engine's mark and belongs to none of them is
    /// removed. Rules are replaced in one transaction, so that connections go on. Idempotent. What cannot
    /// be made right is told and keeps nobody else from it.
    Reconciled reconcile(Collection<Network> networks, Collection<Attachment> running);

    /// Ends the driver's own sockets and threads; networks stay.
    @Override
    void close();

    /// What [#reconcile] did, in words for a log, and which endpoints it could not make right: their
    /// interfaces are gone, so they have to be released and attached again.
    record Reconciled(List<String> changes, List<EndpointId> lost) {
        public Reconciled {
            changes = List.copyOf(changes);
            lost = List.copyOf(lost);
        }
    }
}
