"""What does each tag of MISB ST 0601 mean, and how is it coded? The table of ST 0601.19, tags 1 to 142.

Scaled integers: value = low + raw * (high - low) / (2^bits - 1) unsigned, raw * half range / (2^(bits-1) - 1) signed, with
the lowest signed number kept for "out of range". IMAPB: ST 1201, see `imapb`. Names follow the standard; units are SI but
where the standard's own is kept in the name (km, mbar, kelvin does not occur).
"""

from __future__ import annotations

from typing import NamedTuple

from blindspot.measure.footage import column_kernels as n
from blindspot.measure.footage import klv_kernels as k

TEXT, SET, PACK, BLOB = "text", "set", "pack", "blob"
UINT, SINT, IMAPB, TIME = "uint", "int", "imapb", "time"


class Tag(NamedTuple):
    """One tag: its number, name, coding, bytes (0: as many as there are), low and high of the range, unit."""

    number: int
    name: str
    coding: str
    size: int = 0
    low: float = 0.0
    high: float = 0.0
    unit: str = ""

    @property
    def scaled(self) -> bool:
        return self.low != self.high


def _corners(first: int, prefix: str, size: int, lat: float, lon: float) -> tuple[Tag, ...]:
    return tuple(
        Tag(first + 2 * i + j, f"{prefix}_{axis}_{i + 1}", SINT, size, -half, half, "deg")
        for i in range(4)
        for j, (axis, half) in enumerate((("latitude", lat), ("longitude", lon)))
    )


TAGS: tuple[Tag, ...] = (
    Tag(1, "checksum", UINT, 2),
    Tag(2, "precision_time_stamp", TIME, 8, unit="us"),
    Tag(3, "mission_id", TEXT),
    Tag(4, "platform_tail_number", TEXT),
    Tag(5, "platform_heading", UINT, 2, 0, 360, "deg"),
    Tag(6, "platform_pitch", SINT, 2, -20, 20, "deg"),
    Tag(7, "platform_roll", SINT, 2, -50, 50, "deg"),
    Tag(8, "platform_true_airspeed", UINT, 1, unit="m/s"),
    Tag(9, "platform_indicated_airspeed", UINT, 1, unit="m/s"),
    Tag(10, "platform_designation", TEXT),
    Tag(11, "image_source_sensor", TEXT),
    Tag(12, "image_coordinate_system", TEXT),
    Tag(13, "sensor_latitude", SINT, 4, -90, 90, "deg"),
    Tag(14, "sensor_longitude", SINT, 4, -180, 180, "deg"),
    Tag(15, "sensor_true_altitude", UINT, 2, -900, 19000, "m"),
    Tag(16, "sensor_horizontal_fov", UINT, 2, 0, 180, "deg"),
    Tag(17, "sensor_vertical_fov", UINT, 2, 0, 180, "deg"),
    Tag(18, "sensor_relative_azimuth", UINT, 4, 0, 360, "deg"),
    Tag(19, "sensor_relative_elevation", SINT, 4, -180, 180, "deg"),
    Tag(20, "sensor_relative_roll", UINT, 4, 0, 360, "deg"),
    Tag(21, "slant_range", UINT, 4, 0, 5_000_000, "m"),
    Tag(22, "target_width", UINT, 2, 0, 10_000, "m"),
    Tag(23, "frame_center_latitude", SINT, 4, -90, 90, "deg"),
    Tag(24, "frame_center_longitude", SINT, 4, -180, 180, "deg"),
    Tag(25, "frame_center_elevation", UINT, 2, -900, 19000, "m"),
    *_corners(26, "offset_corner", 2, 0.075, 0.075),
    Tag(34, "icing_detected", UINT, 1),
    Tag(35, "wind_direction", UINT, 2, 0, 360, "deg"),
    Tag(36, "wind_speed", UINT, 1, 0, 100, "m/s"),
    Tag(37, "static_pressure", UINT, 2, 0, 5000, "mbar"),
    Tag(38, "density_altitude", UINT, 2, -900, 19000, "m"),
    Tag(39, "outside_air_temperature", SINT, 1, unit="degC"),
    Tag(40, "target_location_latitude", SINT, 4, -90, 90, "deg"),
    Tag(41, "target_location_longitude", SINT, 4, -180, 180, "deg"),
    Tag(42, "target_location_elevation", UINT, 2, -900, 19000, "m"),
    Tag(43, "target_track_gate_width", UINT, 1, 0, 510, "px"),
    Tag(44, "target_track_gate_height", UINT, 1, 0, 510, "px"),
    Tag(45, "target_error_ce90", UINT, 2, 0, 4095, "m"),
    Tag(46, "target_error_le90", UINT, 2, 0, 4095, "m"),
    Tag(47, "generic_flags", UINT, 1),
    Tag(48, "security", SET),
    Tag(49, "differential_pressure", UINT, 2, 0, 5000, "mbar"),
    Tag(50, "platform_angle_of_attack", SINT, 2, -20, 20, "deg"),
    Tag(51, "platform_vertical_speed", SINT, 2, -180, 180, "m/s"),
    Tag(52, "platform_sideslip", SINT, 2, -20, 20, "deg"),
    Tag(53, "airfield_barometric_pressure", UINT, 2, 0, 5000, "mbar"),
    Tag(54, "airfield_elevation", UINT, 2, -900, 19000, "m"),
    Tag(55, "relative_humidity", UINT, 1, 0, 100, "%"),
    Tag(56, "platform_ground_speed", UINT, 1, unit="m/s"),
    Tag(57, "ground_range", UINT, 4, 0, 5_000_000, "m"),
    Tag(58, "platform_fuel_remaining", UINT, 2, 0, 10_000, "kg"),
    Tag(59, "platform_call_sign", TEXT),
    Tag(60, "weapon_load", UINT, 2),
    Tag(61, "weapon_fired", UINT, 1),
    Tag(62, "laser_prf_code", UINT, 2),
    Tag(63, "sensor_fov_name", UINT, 1),
    Tag(64, "platform_magnetic_heading", UINT, 2, 0, 360, "deg"),
    Tag(65, "version", UINT, 1),
    Tag(66, "target_information", BLOB),
    Tag(67, "alternate_platform_latitude", SINT, 4, -90, 90, "deg"),
    Tag(68, "alternate_platform_longitude", SINT, 4, -180, 180, "deg"),
    Tag(69, "alternate_platform_altitude", UINT, 2, -900, 19000, "m"),
    Tag(70, "alternate_platform_name", TEXT),
    Tag(71, "alternate_platform_heading", UINT, 2, 0, 360, "deg"),
    Tag(72, "event_start_time", TIME, 8, unit="us"),
    Tag(73, "remote_video_terminal", SET),
    Tag(74, "vmti", SET),
    Tag(75, "sensor_ellipsoid_height", UINT, 2, -900, 19000, "m"),
    Tag(76, "alternate_platform_ellipsoid_height", UINT, 2, -900, 19000, "m"),
    Tag(77, "operational_mode", UINT, 1),
    Tag(78, "frame_center_ellipsoid_height", UINT, 2, -900, 19000, "m"),
    Tag(79, "sensor_north_velocity", SINT, 2, -327, 327, "m/s"),
    Tag(80, "sensor_east_velocity", SINT, 2, -327, 327, "m/s"),
    Tag(81, "image_horizon", PACK),
    *_corners(82, "corner", 4, 90, 180),
    Tag(90, "platform_pitch_full", SINT, 4, -90, 90, "deg"),
    Tag(91, "platform_roll_full", SINT, 4, -90, 90, "deg"),
    Tag(92, "platform_angle_of_attack_full", SINT, 4, -90, 90, "deg"),
    Tag(93, "platform_sideslip_full", SINT, 4, -180, 180, "deg"),
    Tag(94, "miis_core_identifier", BLOB),
    Tag(95, "sar_motion_imagery", SET),
    Tag(96, "target_width_extended", IMAPB, 0, 0, 1_500_000, "m"),
    Tag(97, "range_image", SET),
    Tag(98, "geo_registration", SET),
    Tag(99, "composite_imaging", SET),
    Tag(100, "segment", SET),
    Tag(101, "amend", SET),
    Tag(102, "sdcc_flp", PACK),
    Tag(103, "density_altitude_extended", IMAPB, 0, -900, 40_000, "m"),
    Tag(104, "sensor_ellipsoid_height_extended", IMAPB, 0, -900, 40_000, "m"),
    Tag(105, "alternate_platform_ellipsoid_height_extended", IMAPB, 0, -900, 40_000, "m"),
    Tag(106, "stream_designator", TEXT),
    Tag(107, "operational_base", TEXT),
    Tag(108, "broadcast_source", TEXT),
    Tag(109, "range_to_recovery_location", IMAPB, 0, 0, 21_000, "km"),
    Tag(110, "time_airborne", UINT, unit="s"),
    Tag(111, "propulsion_unit_speed", UINT, unit="rpm"),
    Tag(112, "platform_course", IMAPB, 0, 0, 360, "deg"),
    Tag(113, "altitude_above_ground", IMAPB, 0, -900, 40_000, "m"),
    Tag(114, "radar_altimeter", IMAPB, 0, -900, 40_000, "m"),
    Tag(115, "control_command", PACK),
    Tag(116, "control_command_verification", PACK),
    Tag(117, "sensor_azimuth_rate", IMAPB, 0, -1000, 1000, "deg/s"),
    Tag(118, "sensor_elevation_rate", IMAPB, 0, -1000, 1000, "deg/s"),
    Tag(119, "sensor_roll_rate", IMAPB, 0, -1000, 1000, "deg/s"),
    Tag(120, "onboard_storage_percent_full", IMAPB, 0, 0, 100, "%"),
    Tag(121, "active_wavelengths", PACK),
    Tag(122, "country_codes", PACK),
    Tag(123, "navsats_in_view", UINT),
    Tag(124, "positioning_method", UINT, 1),
    Tag(125, "platform_status", UINT, 1),
    Tag(126, "sensor_control_mode", UINT, 1),
    Tag(127, "sensor_frame_rate", PACK),
    Tag(128, "wavelengths", PACK),
    Tag(129, "target_id", TEXT),
    Tag(130, "airbase_locations", PACK),
    Tag(131, "take_off_time", TIME, 0, unit="us"),
    Tag(132, "transmission_frequency", IMAPB, 0, 1, 99_999, "MHz"),
    Tag(133, "onboard_storage_capacity", UINT, unit="GB"),
    Tag(134, "zoom_percentage", IMAPB, 0, 0, 100, "%"),
    Tag(135, "communications_method", TEXT),
    Tag(136, "leap_seconds", SINT, unit="s"),
    Tag(137, "correction_offset", SINT, unit="us"),
    Tag(138, "payloads", PACK),
    Tag(139, "active_payloads", UINT),
    Tag(140, "stores", PACK),
    Tag(141, "waypoints", PACK),
    Tag(142, "view_domain", PACK),
)
BY_NUMBER = {tag.number: tag for tag in TAGS}
BY_NAME = {tag.name: tag for tag in TAGS}
NUMERIC = tuple(tag for tag in TAGS if tag.coding in {UINT, SINT, IMAPB})
TIMES = tuple(tag for tag in TAGS if tag.coding == TIME)
TEXTS = tuple(tag for tag in TAGS if tag.coding == TEXT)
CODINGS = {UINT: n.N_UINT, SINT: n.N_INT, IMAPB: n.N_IMAPB, TIME: n.N_TIME}

# The sets that are known by their 16-byte key. Octet 8, the version of the register, is not compared.
KEYS: tuple[tuple[str, str, int], ...] = (
    ("ST 0601", "060e2b34020b01010e01030101000000", k.LOCAL_SUMMED),
    ("ST 0903", "060e2b34020b01010e01030306000000", k.LOCAL_SUMMED),
    ("ST 0102", "060e2b34020301010e01030302000000", k.LOCAL),
    ("ST 0102 universal", "060e2b34020101010208020000000000", k.UNIVERSAL),
    ("EG 0104", "060e2b34020101010e01010201010000", k.UNIVERSAL),
    ("ST 0806", "060e2b34020b01010e01030102000000", k.LOCAL),
    ("ST 1206", "060e2b34020b01010e0103030d000000", k.LOCAL),
)
KEY_NAMES = tuple(name for name, _, _ in KEYS)
ST0601, ST0903, ST0102, ST0102_UNIVERSAL, EG0104 = range(5)
