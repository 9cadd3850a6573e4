"""Tests of the runner's own parts. `just bench-check` runs them; they measure nothing."""

import socket
import threading
import time
import unittest

import adoption  # noqa: F401
import bench  # noqa: F401  (that everything can be read)
import figures
import run  # noqa: F401
import trials  # noqa: F401
from contestants import quantiles
from delay_proxy import delayed


def result(**more):
    base = {"errors": {"wrong_status": 0}, "first_error": None, "rows": {"calls": 5}, "expected_rows": {"calls": 5}}
    return base | {"requests": 10, "requests_per_second": 10.0, "latency_us": {"p50": 1000, "p99": 2000}} | more


class Figures(unittest.TestCase):
    def test_a_result_with_an_error_does_not_count(self):
        spoilt = figures.spoilt_by(result(errors={"wrong_status": 2}, first_error="the answer was 500"))

        self.assertEqual(spoilt, ["2 wrong_status", "the answer was 500"])

    def test_a_result_whose_rows_are_missing_does_not_count(self):
        spoilt = figures.spoilt_by(result(rows={"calls": 4}))

        self.assertEqual(spoilt, ["4 rows of calls instead of 5"])

    def test_a_clean_result_counts(self):
        self.assertEqual(figures.spoilt_by(result()), [])

    def test_a_ratio_is_one_of_medians(self):
        rounds = [result(requests_per_second=rate, cpu_seconds={"it": 0.001}) for rate in (10.0, 99.0, 20.0)]
        base = [result(requests_per_second=rate) for rate in (1.0, 10.0, 10.0)]

        self.assertEqual(figures.row_of("it", rounds, [base]), ["it", "2.00", "20", "1.0", "2.0", "100", "0"])

    def test_a_page_keeps_all_but_its_figures(self):
        page = "before\n<!-- figures -->\nold\n<!-- end of the figures -->\nafter\n"

        written = figures.between_marks(page, "new")

        self.assertEqual(written, "before\n<!-- figures -->\nnew\n<!-- end of the figures -->\nafter\n")

    def test_quantiles_are_latencies_that_happened(self):
        self.assertEqual(quantiles([3, 1, 2]), {"count": 3, "p50": 2, "p95": 3, "p99": 3, "p99_9": 3, "max": 3})


class DelayProxy(unittest.TestCase):
    def test_bytes_arrive_whole_and_in_order_and_late(self):
        listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=_echo, args=(listener,), daemon=True).start()
        sent = bytes(range(256)) * 4096

        with delayed(listener.getsockname(), 0.050) as port, socket.create_connection(("127.0.0.1", port)) as client:
            began = time.monotonic()
            threading.Thread(target=client.sendall, args=(sent,)).start()
            received = b""
            while len(received) < len(sent):
                received += client.recv(65536)
            took = time.monotonic() - began

        listener.close()
        self.assertEqual(received, sent)
        self.assertGreaterEqual(took, 0.050)


def _echo(listener):
    connection, _ = listener.accept()
    while chunk := connection.recv(65536):
        connection.sendall(chunk)


if __name__ == "__main__":
    unittest.main()
