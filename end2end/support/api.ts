// The public HTTP API, typed as far as the tests need it. Every test prepares its state through it: nothing here
// reaches behind the server.

import { randomUUID } from "node:crypto";

import type { Account } from "./accounts.ts";

export type ModelCount = { model_id: number; name: string; available: number; charging: number };
export type Station = {
  id: number;
  name: string;
  status: string;
  available_batteries: number;
  booked_batteries: number;
  total_batteries: number;
  charging_batteries: number;
  free_slots: number;
  total_slots: number;
  models: ModelCount[];
  epoch: string;
  seq: number;
};
export type Battery = {
  id: number;
  model_id: number;
  model_name: string;
  soc: number;
  state: string;
  held: boolean;
  slot: number | null;
  serial?: string;
};
export type BatteryModel = { id: number; name: string; maker: string; price: number; currency: string };
export type BookingItem = { id: number; kind: string; model_id: number | null; battery_id: number | null; slot: number | null; state: string };
export type Booking = {
  id: number;
  code: string;
  pin: string;
  state: string;
  station_id: number;
  station_name: string;
  deadline: string;
  payment_id: number | null;
  total_amount: number;
  items: BookingItem[];
};
export type Notification = { id: number; event: string; title: string; message: string; level: string; booking_id: number | null; read: boolean };
export type User = { id: number; name: string; email: string; role: string; token?: string };
export type TestStation = { id: number; name: string; model: BatteryModel; packs: Battery[] };
export type Page<T> = { items: T[]; next: string | null };
export type Problem = {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  errors?: { field: string; detail: string }[];
  alternatives?: { id: number; name: string; distance_m: number; available: number }[];
};

/** An answer other than 2xx where a test counted on one. */
export class ApiError extends Error {
  constructor(
    readonly request: string,
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(`${request} answered ${status} ${JSON.stringify(problem)}`);
  }
}

export type Answer<T> = { status: number; headers: Headers; body: T };
export type BookLine = { kind: "swap"; model_id: number; quantity?: number } | { kind: "swap"; battery_id: number };

export class Api {
  private constructor(
    readonly url: string,
    readonly token: string | undefined,
    readonly user: User | undefined,
  ) {}

  static anonymous(url: string): Api {
    return new Api(url, undefined, undefined);
  }

  static async login(url: string, account: Account): Promise<Api> {
    const user = await Api.anonymous(url).post<User>("/auth/login", { ...account, token: true });
    return new Api(url, user.token, user);
  }

  /** A customer nobody else uses, so that tests of one server stay out of each other's way. */
  static async register(url: string, name = "Test Rider"): Promise<{ api: Api; account: Account }> {
    const account = { email: `rider-${randomUUID()}@voltbay.test`, password: "a long enough secret" };
    const user = await Api.anonymous(url).post<User>("/auth/register", { name, ...account, token: true });
    return { api: new Api(url, user.token, user), account };
  }

  /** Any answer, good or bad. */
  async send<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = /json/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : text) as T };
  }

  async get<T>(path: string): Promise<T> {
    return this.good<T>("GET", path);
  }

  async post<T>(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<T> {
    return this.good<T>("POST", path, body, headers);
  }

  async patch<T>(path: string, body: unknown): Promise<T> {
    return this.good<T>("PATCH", path, body);
  }

  async delete<T>(path: string): Promise<T> {
    return this.good<T>("DELETE", path);
  }

  stations = async (): Promise<Station[]> => (await this.get<Page<Station>>("/stations")).items;
  station = (id: number): Promise<Station> => this.get(`/stations/${id}`);
  batteries = async (station: number): Promise<Battery[]> =>
    (await this.get<Page<Battery>>(`/stations/${station}/batteries`)).items;
  models = async (): Promise<BatteryModel[]> => (await this.get<Page<BatteryModel>>("/battery-models")).items;

  book = (station: number, items: BookLine[], key = randomUUID()): Promise<Booking> =>
    this.post("/bookings", { station_id: station, items, payment_method: "cash" }, { "idempotency-key": key });
  booking = (id: number): Promise<Booking> => this.get(`/bookings/${id}`);
  cancel = (id: number, reason?: string): Promise<Booking> => this.post(`/bookings/${id}/cancel`, reason ? { reason } : {});
  ready = (id: number): Promise<Booking> => this.post(`/bookings/${id}/ready`);
  collect = (id: number, proof: { code: string } | { pin: string }): Promise<Booking> =>
    this.post(`/bookings/${id}/collect`, proof);

  notifications = async (): Promise<Notification[]> => (await this.get<Page<Notification>>("/notifications")).items;

  /** Staff: one full pack more in a station. */
  addBattery = (station: number, model: number): Promise<Battery> =>
    this.post(`/stations/${station}/batteries`, { serial: `E2E-${randomUUID().slice(0, 13)}`, model_id: model, soc: 100 });

  /** Operator: a station that no other test knows, with some full packs of the first model in it. */
  async openStation(packs = 3): Promise<TestStation> {
    const model = (await this.models())[0]!;
    const { id, name } = await this.post<Station>("/stations", {
      name: `Test Stop ${randomUUID().slice(0, 8)}`,
      latitude: 9.9816,
      longitude: 76.2999,
      city: "Kochi",
      timezone: "Asia/Kolkata",
    });
    const batteries: Battery[] = [];
    for (let made = 0; made < packs; made++) batteries.push(await this.addBattery(id, model.id));
    return { id, name, model, packs: batteries };
  }

  private async good<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T> {
    const answer = await this.send<T>(method, path, body, headers);
    if (answer.status < 200 || answer.status > 299) {
      throw new ApiError(`${method} ${path}`, answer.status, answer.body as Problem);
    }
    return answer.body;
  }
}
