package dev.gantry.engine.store;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.network.Member;
import dev.gantry.engine.network.MemberDocument;
import dev.gantry.engine.network.NetworkDocument;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// The tables of networks, and every statement that is run on them.
final class NetworkStatements {
    static final String SCHEMA = """
            CREATE TABLE IF NOT EXISTS networks(id TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS members(
              container TEXT NOT NULL, network TEXT NOT NULL, document TEXT NOT NULL,
              PRIMARY KEY(container, network)) WITHOUT ROWID;
            """;

    private final PreparedStatement putNetwork;
    private final PreparedStatement removeNetwork;
    private final PreparedStatement putMember;
    private final PreparedStatement removeMember;
    private final JsonType<NetworkDocument> networkJson;
    private final JsonType<MemberDocument> memberJson;

    NetworkStatements(Connection c, Jsonb jsonb) throws SQLException {
        putNetwork = c.prepareStatement(
                "INSERT INTO networks VALUES(?,?) ON CONFLICT(id) DO UPDATE SET document=excluded.document");
        removeNetwork = c.prepareStatement("DELETE FROM networks WHERE id=?");
        putMember = c.prepareStatement("INSERT INTO members VALUES(?,?,?)"
                + " ON CONFLICT(container, network) DO UPDATE SET document=excluded.document");
        removeMember = c.prepareStatement("DELETE FROM members WHERE container=? AND network=?");
        networkJson = jsonb.type(NetworkDocument.class);
        memberJson = jsonb.type(MemberDocument.class);
    }

    void put(Network network) throws SQLException {
        putNetwork.setString(1, network.id().hex());
        putNetwork.setString(2, networkJson.toJson(NetworkDocument.of(network)));
        putNetwork.executeUpdate();
    }

    void remove(NetworkId network) throws SQLException {
        removeNetwork.setString(1, network.hex());
        removeNetwork.executeUpdate();
    }

    void put(Member member) throws SQLException {
        putMember.setString(1, member.container().hex());
        putMember.setString(2, member.network().hex());
        putMember.setString(3, memberJson.toJson(MemberDocument.of(member)));
        putMember.executeUpdate();
    }

    void remove(ContainerId container, NetworkId network) throws SQLException {
        removeMember.setString(1, container.hex());
        removeMember.setString(2, network.hex());
        removeMember.executeUpdate();
    }

    List<Network> networks(Connection c) throws SQLException {
        List<Network> rows = new ArrayList<>();
        for (String document : documents(c, "SELECT document FROM networks ORDER BY id")) {
            rows.add(networkJson.fromJson(document).network());
        }
        return rows;
    }

    List<Member> members(Connection c) throws SQLException {
        List<Member> rows = new ArrayList<>();
        for (String document : documents(c, "SELECT document FROM members ORDER BY container, network")) {
            rows.add(memberJson.fromJson(document).member());
        }
        return rows;
    }

    private static List<String> documents(Connection c, String query) throws SQLException {
        List<String> all = new ArrayList<>();
        try (Statement s = c.createStatement();
                ResultSet r = s.executeQuery(query)) {
            while (r.next()) {
                all.add(r.getString(1));
            }
        }
        return all;
    }
}
