"""The room `track` beside its peers, in one run: stops, custody, base rates, many objects, following.

python bench/track.py DATA [part...]      DATA: the folder with cabspotting/, goal/, uavdt/; parts: stops goal hidden
                                          custody baserate many follow (default: all)
Peers that are not installed are named as such. Timings are best of three on one thread; memory is the peak of a process.
"""

import csv
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = sys.path.pop(0)  # numba looks for a module `coverage` and would find the file of that name beside this one
for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np

from blindspot.measure.track.baserate.rate import base_rate
from blindspot.measure.track.baserate.visits import Days, Visit, vehicle_days
from blindspot.measure.track.custody.evaluate import evaluate
from blindspot.measure.track.custody.footage import box_episodes
from blindspot.measure.track.custody.report import custody
from blindspot.measure.track.follow.many import follow_many
from blindspot.measure.track.model import Boxes, Tracks, pack
from blindspot.measure.track.read import read_tracks
from blindspot.measure.track.stops import hidden, hmm
from blindspot.measure.track.stops.detect import Setting, stops
from blindspot.measure.track.stops.multiverse import grid, multiverse

sys.path.append(HERE)
from track_fit import auc, cut_gaps, ece, f1

RADIUS, LEAST, GAP = 50.0, 180.0, 900.0


def best(run, times=3):
    """Seconds of the fastest run, and its result."""
    took, out = [], None
    for _ in range(times):
        start = time.perf_counter()
        out = run()
        took.append(time.perf_counter() - start)
    return min(took), out


def table(*rows):
    print("| " + " | ".join(rows[0]) + " |\n|" + "---|" * len(rows[0]))
    for row in rows[1:]:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print(flush=True)


def bench_stops(data):
    tracks = read_tracks([data / "cabspotting"]).tracks
    lat, lon = tracks.degrees()
    n = len(tracks.t)

    def ours():
        return stops(pack(tracks.ids, tracks.start, tracks.t, lat, lon), Setting(RADIUS, LEAST, GAP))

    ours(), multiverse(tracks), hmm.stopped(tracks)
    took, found = best(ours, 7)
    rows = [("tool", "points/s", "ours is x times faster", "stops")]
    rows.append(("ours, anchor, from degrees to stops", f"{n / took:,.0f}", 1, len(found.first)))
    two, d = best(lambda: stops(tracks, Setting(RADIUS, LEAST, GAP, "diameter")))
    rows.append(("ours, diameter", f"{n / two:,.0f}", f"{two / took:.1f}", len(d.first)))
    chain, _ = best(lambda: hmm.stopped(tracks))
    rows.append(("ours, P(stopped) by hidden chain", f"{n / chain:,.0f}", f"{chain / took:.1f}", "-"))
    for name, peer in (("infostop", infostop), ("movingpandas, projected", movingpandas), ("trackintel", trackintel)):
        try:
            seconds, count = peer(tracks, lat, lon)
            rows.append((name, f"{n / seconds:,.0f}", f"{seconds / took:,.0f}", count))
        except ImportError as error:
            rows.append((name, "not installed", str(error)[:40], "-"))
    table(*rows)
    print(
        f"Peak memory of a process that loads the arrays and finds the stops: {memory_of_stops(tracks, lat, lon):.0f} MB\n"
    )
    many, found = best(lambda: multiverse(tracks, grid()))
    total = found.counts.sum(axis=1)
    print(
        f"200 settings over {n:,} fixes: {many:.2f} s; stops {total.min()}-{total.max()}, median {np.median(total):.0f}\n"
    )


ALONE = """
import sys
import numpy as np
from blindspot.measure.track.model import pack
from blindspot.measure.track.stops.detect import Setting, stops
a = np.load(sys.argv[1])
stops(pack(a["ids"].tolist(), a["start"], a["t"], a["lat"], a["lon"]), Setting())
status = open("/proc/self/status").read()  # getrusage would count the parent that was forked
print(float(status.split("VmHWM:")[1].split()[0]) / 1000)
"""


def memory_of_stops(tracks, lat, lon):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.npz"
        np.savez(path, ids=np.array(tracks.ids), start=tracks.start, t=tracks.t, lat=lat, lon=lon)
        return float(
            subprocess.run([sys.executable, "-c", ALONE, path], capture_output=True, text=True, check=True).stdout
        )


def infostop(tracks, lat, lon):
    from infostop import Infostop

    start = time.perf_counter()
    count = 0
    for _, part in tracks:
        model = Infostop(r1=RADIUS, r2=RADIUS, min_staying_time=int(LEAST), max_time_between=int(GAP))
        label = model.fit_predict(np.column_stack([lat[part], lon[part], tracks.t[part].astype(int)]))
        count += int(((label[1:] != label[:-1]) & (label[1:] >= 0)).sum() + (label[0] >= 0))
    return time.perf_counter() - start, count


def frame_of(tracks, lat, lon):
    import geopandas as gpd
    import pandas as pd

    ids = np.repeat(tracks.ids, np.diff(tracks.start))
    when = pd.to_datetime(tracks.t, unit="s")
    return gpd.GeoDataFrame({"id": ids, "t": when}, geometry=gpd.points_from_xy(lon, lat), crs=4326)


def movingpandas(tracks, lat, lon):
    import pandas as pd
    from movingpandas import ObservationGapSplitter, TrajectoryCollection, TrajectoryStopDetector

    start = time.perf_counter()
    frame = frame_of(tracks, lat, lon).to_crs(32610).set_index("t")
    frame.index = pd.DatetimeIndex(frame.index)
    made = ObservationGapSplitter(TrajectoryCollection(frame, "id")).split(
        gap=pd.Timedelta(seconds=GAP).to_pytimedelta()
    )
    least = pd.Timedelta(seconds=LEAST).to_pytimedelta()
    found = TrajectoryStopDetector(made).get_stop_points(min_duration=least, max_diameter=2 * RADIUS)
    return time.perf_counter() - start, len(found)


def trackintel(tracks, lat, lon):
    import trackintel as ti

    start = time.perf_counter()
    frame = frame_of(tracks, lat, lon).rename(columns={"id": "user_id", "t": "tracked_at"})
    frame["tracked_at"] = frame["tracked_at"].dt.tz_localize("UTC")
    frame.index.name = "id"
    found = ti.Positionfixes(frame).generate_staypoints(
        method="sliding", dist_threshold=RADIUS, time_threshold=LEAST / 60, gap_threshold=GAP / 60
    )[1]
    return time.perf_counter() - start, len(found)


def bench_goal(data):
    files = sorted((data / "goal").glob("trajectory_*.csv"))[1::2]
    tracks = read_tracks(files).tracks
    truth = {}
    for path in files:
        with path.open() as file:
            rows = list(csv.DictReader(file))
        t = np.round([np.datetime64(r["timestamp"], "ns").astype("int64") / 1e9 for r in rows], 3)
        truth[path.stem] = dict(zip(t, [r["groundtruth"] == "OnFoot" for r in rows], strict=True))
    said = np.array([truth[n][round(s, 3)] for n, part in tracks for s in tracks.t[part]])
    print("GOAL, the 402 chunks not fitted on, as logged and with fewer of their fixes\n")
    rows = [("s between fixes", "F1(stop)", "ECE of P(stopped)", "n")]
    for every in (1, 2, 4, 6, 12):
        keep = np.concatenate([np.arange(len(tracks.t))[part][::every] for _, part in tracks])
        start = np.searchsorted(tracks.of[keep], np.arange(len(tracks) + 1)).astype(np.int64)
        p = hmm.stopped(Tracks(tracks.ids, start, *(v[keep] for v in (tracks.t, tracks.x, tracks.y))))
        rows.append((5 * every, f"{f1(p, said[keep]):.3f}", f"{ece(p, said[keep]):.3f}", len(p)))
    table(*rows)


def bench_hidden(data):
    tracks = read_tracks([data / "cabspotting"]).tracks
    rows = [("gap min", "AUC", "ECE", "n")]
    for minutes in (5, 10, 20):
        rng = np.random.default_rng(minutes)
        before, after, truth = cut_gaps(tracks, minutes * 60, 3000, rng)
        p = hidden.probability(*hidden.across(tracks, before, after))
        rows.append((minutes, f"{auc(p, truth):.3f}", f"{ece(p, truth):.3f}", len(p)))
    print(
        "Stop of 3 min or more hidden in a gap, shipped law on fresh gaps of the cabs it was fitted on (left-out cabs: hidden.json)\n"
    )
    table(*rows)


def bench_custody(data):
    """Vehicles held out; then UAVDT by halves (the method was chosen on the first) and with whole files held out."""
    rows = [("data", "gap s", "n", "right", "said", "ECE", "ECE drawn anew", "Brier", "constant", "under constant")]
    air = sorted((data / "uavdt").glob("*_gt_whole.txt"))
    sets = {
        "Cabspotting, days overlaid": ([data / "cabspotting"], (30, 60, 180, 420, 900)),
        "Beijing, 72 taxis as they ran": ([data / "beijing_taxi"], (420, 900)),
        "UAVDT": (air, (1, 2, 4, 8)),
        "UAVDT, half it was chosen on": (air[::2], (1, 2, 4, 8)),
        "UAVDT, the other half": (air[1::2], (1, 2, 4, 8)),
        "SDD": ([data / "sdd"], (1, 2, 4, 8)),
    }
    for name, (files, gaps) in sets.items():
        read = read_tracks(files)
        rows += [_row(name, gap, custody(read, gap)[0]) for gap in gaps]
    boxes = read_tracks(air).boxes
    for gap in (1, 2, 4, 8):
        both = [box_episodes(boxes, gap, 6000), box_episodes(boxes, gap, 30_000, alone=True)]
        e, more = (replace(part, cluster=part.scene) for part in both)
        rows.append(_row("UAVDT, whole files held out", gap, evaluate(e, gap, more)))
    table(*rows)


def _row(name, gap, found):
    m, (low, high) = found.measures(), found.intervals()["ece"]
    cells = (f"{m[k]:.3f}" for k in ("right_share", "mean_predicted", "ece"))
    less = f"{1 - m['brier'] / m['brier_constant']:.0%}"
    return (
        name,
        gap,
        len(found.right),
        *cells,
        f"{low:.3f}-{high:.3f}",
        f"{m['brier']:.3f}",
        f"{m['brier_constant']:.3f}",
        less,
    )


CORE_KM2 = 41.0  # the reference's own figure; a circle about the median fix
POINTING_M = 60.0  # the pointing error that the reference names beside its 100 m visit
REFERENCE = {  # n, radius: k >= 1, 2, 3
    (5, 50): (0.189, 0.021, 0.001),
    (5, 100): (0.405, 0.114, 0.021),
    (5, 200): (0.613, 0.278, 0.087),
    (10, 100): (0.610, 0.322, 0.135),
    (20, 100): (0.772, 0.582, 0.392),
    (50, 100): (0.879, 0.792, 0.717),
}


def bench_baserate(data):
    """Each way of putting the places, beside the figures of the reference; the last is the one that gives them."""
    tracks = read_tracks([data / "cabspotting"]).tracks
    whole = vehicle_days(tracks, Visit(), utc_offset_s=-7 * 3600)
    away = np.hypot(whole.x - np.median(tracks.x), whole.y - np.median(tracks.y))
    near = away < np.sqrt(CORE_KM2 * 1e6 / np.pi)
    core = Days(whole.vehicles, whole.vehicle, whole.of[near], whole.x[near], whole.y[near], whole.hours)
    ways = {
        "stops anywhere": (whole, 0.0),
        "stops in a core of 41 km2": (core, 0.0),
        "the same, pointing error 60 m": (core, POINTING_M),
    }
    rows = [("places", "n", "radius m", "k>=1", "k>=2", "k>=3", "5-95 % of k>=3", "k>=3 by cab", "s for 20,000 draws")]
    base_rate(core, Visit(), 5)
    for (n, radius), told in REFERENCE.items():
        rows.append(("reference", n, radius, *(f"{v:.3f}" for v in told), "", "", ""))
        for name, (days, error) in ways.items():
            visit = Visit(radius_m=float(radius), error_m=error)
            took, rate = best(lambda days=days, n=n, visit=visit: base_rate(days, visit, n))
            a, (low, high) = rate.at_least(), rate.span()
            total, number = rate.by_vehicle()
            by = total[:, 3:].sum(axis=1) / number
            span = f"{low[3]:.3f}-{high[3]:.3f}"
            cells = (*(f"{v:.3f}" for v in a[1:4]), span, f"{by.min():.3f}-{by.max():.3f}", f"{took:.2f}")
            rows.append((name, n, radius, *cells))
    print(f"{len(whole)} vehicle-days, {len(whole.of) / len(whole):.1f} stops of 3 min a day\n")
    table(*rows)


def recipe(path, seed=0):
    """UAVDT annotations as detections: large occlusions out, 10 % missed, 3 % jitter, 5 % false alarms."""
    a = np.loadtxt(path, delimiter=",")
    rng = np.random.default_rng(seed)
    truth = a[a[:, 7] != 2]
    seen = truth[rng.random(len(truth)) >= 0.1]
    box = seen[:, 2:6].copy()
    box[:, :2] += rng.normal(0, 0.03, (len(box), 2)) * seen[:, 4:6]
    box[:, 2:] *= np.exp(rng.normal(0, 0.03, (len(box), 2)))
    k = rng.integers(len(seen), size=int(0.05 * len(seen)))
    false = np.column_stack([rng.uniform(0, 1024, len(k)), rng.uniform(0, 540, len(k)), seen[k, 4:6]])
    frame = np.concatenate([seen[:, 0], seen[k, 0]]).astype(int)
    box = np.vstack([box, false])
    order = np.argsort(frame, kind="stable")
    return truth, frame[order], box[order]


def idf1(truth, frame, number, box):
    """Identity F1 at IoU 0.5 (Ristani et al. 2016)."""
    from scipy.optimize import linear_sum_assignment

    _, gi = np.unique(truth[:, 1], return_inverse=True)
    _, pi = np.unique(number, return_inverse=True)
    both = np.zeros((gi.max() + 1, pi.max() + 1))
    for f in np.unique(truth[:, 0]):
        g, p = np.flatnonzero(truth[:, 0] == f), np.flatnonzero(frame == f)
        a, b = truth[g, 2:6][:, None], box[p][None]
        size = np.clip(
            np.minimum(a[..., :2] + a[..., 2:], b[..., :2] + b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0, None
        )
        inter = size.prod(-1)
        i, j = np.nonzero(inter / (a[..., 2:].prod(-1) + b[..., 2:].prod(-1) - inter) >= 0.5)
        np.add.at(both, (gi[g[i]], pi[p[j]]), 1)
    r, c = linear_sum_assignment(-both)
    return 2 * both[r, c].sum() / (len(truth) + len(frame))


def sort_like(kind):
    def run(frame, box):
        import supervision as sv
        import trackers

        model = getattr(trackers, kind)()
        out = []
        start = time.perf_counter()
        for f in range(frame.min(), frame.max() + 1):
            b = box[frame == f]
            d = sv.Detections(
                np.column_stack([b[:, :2], b[:, :2] + b[:, 2:]]),
                confidence=np.full(len(b), 0.9),
                class_id=np.zeros(len(b), int),
            )
            r = model.update(d)
            out += [(f, i, *q) for i, q in zip(r.tracker_id, r.xyxy, strict=True) if i >= 0]
        return time.perf_counter() - start, np.array(out)

    return run


def norfair(frame, box):
    from norfair import Detection, Tracker

    model = Tracker(distance_function="iou", distance_threshold=0.7)
    out = []
    start = time.perf_counter()
    for f in range(frame.min(), frame.max() + 1):
        b = box[frame == f]
        found = model.update([Detection(np.array([q[:2], q[:2] + q[2:]])) for q in b])
        out += [(f, o.id, *o.estimate.ravel()) for o in found]
    return time.perf_counter() - start, np.array(out)


# Frames that Stone Soup is given, and everybody beside it: the whole of M0603 takes it ten minutes, of M0701 hours.
STONE_FRAMES = {"M0603": 300, "M0701": 100}


def stonesoup(frame, box):
    """Global nearest neighbour over box states, as its own tutorials build it.

    Speed noise, measurement noise, gate and patience are the best of eight to ten tried on the first 300 frames of M0603 (by IDF1, .81-.94).
    """
    from datetime import UTC, datetime, timedelta

    from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
    from stonesoup.deleter.time import UpdateTimeStepsDeleter
    from stonesoup.hypothesiser.distance import DistanceHypothesiser
    from stonesoup.initiator.simple import MultiMeasurementInitiator
    from stonesoup.measures import Mahalanobis
    from stonesoup.models.measurement.linear import LinearGaussian
    from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity, RandomWalk
    from stonesoup.predictor.kalman import KalmanPredictor
    from stonesoup.tracker.simple import MultiTargetTracker
    from stonesoup.types.detection import Detection
    from stonesoup.types.state import GaussianState
    from stonesoup.updater.kalman import KalmanUpdater

    times = [datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=f / 30) for f in range(int(frame.max()) + 1)]
    number = {when: f for f, when in enumerate(times)}
    measure = LinearGaussian(6, (0, 2, 4, 5), np.diag([9.0] * 4))  # middle x and y with their speeds, width, height
    middle = np.column_stack([box[:, :2] + box[:, 2:] / 2, box[:, 2:]])

    def detector():
        for f in range(int(frame.min()), len(times)):
            yield times[f], {Detection(m, timestamp=times[f], measurement_model=measure) for m in middle[frame == f]}

    motion = [ConstantVelocity(3000.0), ConstantVelocity(3000.0), RandomWalk(1.0), RandomWalk(1.0)]
    predictor = KalmanPredictor(CombinedLinearGaussianTransitionModel(motion))
    updater = KalmanUpdater(measure)
    nearest = GNNWith2DAssignment(DistanceHypothesiser(predictor, updater, Mahalanobis(), missed_distance=5.0))
    prior = GaussianState(np.zeros((6, 1)), np.diag([0, 1e4, 0, 1e4, 0, 0]))
    first = MultiMeasurementInitiator(
        prior, UpdateTimeStepsDeleter(2), nearest, updater, measurement_model=measure, min_points=2
    )
    model = MultiTargetTracker(first, UpdateTimeStepsDeleter(20), detector(), nearest, updater)
    names, out = {}, []
    start = time.perf_counter()
    for when, found in model:
        for track in found:
            if track.state.timestamp == when and hasattr(track.state, "hypothesis"):  # seen, not only foretold
                x, _, y, _, w, h = np.asarray(track.state.state_vector, float).ravel()
                one = names.setdefault(track.id, len(names))
                out.append((number[when], one, x - w / 2, y - h / 2, x + w / 2, y + h / 2))
    return time.perf_counter() - start, np.array(out)


def ours_many(frame, box):
    xywh = (box[:, 0] + box[:, 2] / 2, box[:, 1] + box[:, 3] / 2, box[:, 2], box[:, 3])
    b = Boxes(frame, np.full(len(frame), -1), *xywh, np.ones(len(frame)))
    follow_many(b)
    took, found = best(lambda: follow_many(b))
    o = found.boxes
    half = np.column_stack([o.w, o.h]) / 2
    at = np.column_stack([o.x, o.y])
    return took, np.column_stack([o.frame, o.id, at - half, at + half])


MANY = {
    "ours": ours_many,
    "trackers SORT": sort_like("SORTTracker"),
    "trackers ByteTrack": sort_like("ByteTrackTracker"),
    "norfair (iou)": norfair,
    "Stone Soup GNN": stonesoup,
}


def bench_many(data):
    rows = [("sequence", "frames", "tool", "det/s", "IDF1")]
    for name in ("M0603", "M0701"):
        truth, frame, box = recipe(data / "uavdt" / f"{name}_gt_whole.txt")
        for tools, last in (([t for t in MANY if t != "Stone Soup GNN"], frame.max()), (MANY, STONE_FRAMES[name])):
            known, kept = truth[truth[:, 0] <= last], frame <= last
            rows += [(name, last, tool, *_many(MANY[tool], known, frame[kept], box[kept])) for tool in tools]
    table(*rows)


def _many(run, truth, frame, box):
    try:
        seconds, r = run(frame, box)
    except ImportError as error:
        return "not run", str(error)[:60]
    found = idf1(truth, r[:, 0].astype(int), r[:, 1].astype(int), np.column_stack([r[:, 2:4], r[:, 4:6] - r[:, 2:4]]))
    return f"{len(frame) / seconds:,.0f}", f"{found:.3f}"


def bench_follow(_):
    import cv2

    from blindspot.measure.track.follow.kernels import overlap
    from blindspot.measure.track.follow.one import Follower
    from scenes import scene

    cv2.setNumThreads(1)
    wrong, right, lost = [], [], 0
    for seed in range(10_000, 10_200):
        pictures, boxes, seen = scene(seed)
        follower = Follower()
        follower.mark(pictures[0], tuple(boxes[0]))
        hidden_at = int(np.flatnonzero(seen < 0.01)[0])
        for f in range(1, len(pictures)):
            s = follower.step(pictures[f])
            good = overlap(*map(float, s.box), *boxes[f]) > 0.3
            if f >= hidden_at:
                wrong.append(s.state == "FOLLOWED" and (seen[f] < 0.01 or not good))
            elif seen[f] > 0.99:
                right.append(s.state == "FOLLOWED" and good)
        lost += follower.state == "LOST"
    print(
        f"200 scenes with an occlusion of 1.3 s: wrongly FOLLOWED {np.mean(wrong):.1%} of {len(wrong)} frames after it; before it followed {np.mean(right):.1%}; {lost} ended LOST\n"
    )
    pictures, boxes, _ = scene(1, h=720, w=1280, frames=60, hidden=0)
    follower = Follower()
    follower.mark(pictures[0], tuple(boxes[0]))
    start = time.perf_counter()
    states = [follower.step(p).state for p in pictures[1:]]
    fps = len(states) / (time.perf_counter() - start)
    print(
        f"1280x720, one thread, camera motion included: {fps:.0f} frames/s ({sum(s == 'FOLLOWED' for s in states)} of {len(states)} FOLLOWED)\n"
    )


PARTS = {
    "stops": bench_stops,
    "goal": bench_goal,
    "hidden": bench_hidden,
    "custody": bench_custody,
    "baserate": bench_baserate,
    "many": bench_many,
    "follow": bench_follow,
}
if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for part in sys.argv[2:] or PARTS:
        print(f"## {part}\n")
        PARTS[part](folder)
