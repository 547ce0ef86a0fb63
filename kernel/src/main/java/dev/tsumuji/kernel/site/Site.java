package dev.tsumuji.kernel.site;

import java.io.IOException;

/**
 * Hosts or paths at which a service answers plain HTTP rather than AWS's API: function URLs, websites of buckets, deployed
 * APIs. The front door asks its sites first, in the order in which the platform lists them. Thread-safe.
 */
public interface Site {

    /**
     * Whether this host and path are the site's. Asked for every request, so it looks at the text only.
     *
     * @param host in lower case and without the port; empty when the client gave none
     * @param path as sent, nothing decoded
     */
    boolean has(String host, String path);

    /**
     * Answers, on a thread of the visit's own, blocking as it likes.
     *
     * @throws software.amazon.awssdk.awscore.exception.AwsServiceException before anything was sent, is answered as AWS's
     *     API would
     */
    void answer(Visit visit) throws IOException;
}
