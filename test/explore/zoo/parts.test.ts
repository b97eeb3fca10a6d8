// covers src/explore/shrink.ts, src/verify/zoo.ts
import { testHunts } from "../hunt.ts";

testHunts("parts");
