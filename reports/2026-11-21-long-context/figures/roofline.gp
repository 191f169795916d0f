set encoding utf8
set datafile separator comma
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'roofline' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'roofline.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold Memory bounds 17 of 91 cells, arithmetic the rest: decode-window(1024) at 1K}' at screen 0.0194, screen 0.9498 left font ',13.485' tc rgb '#1a1a1a'
set label '{/:Bold tokens reaches 280 % of what memory could feed, from a cache,}' at screen 0.0194, screen 0.9104 left font ',13.485' tc rgb '#1a1a1a'
set label '{/:Bold chunked-overlap(1024) at 512K tokens reaches 34 %}' at screen 0.0194, screen 0.8711 left font ',13.485' tc rgb '#1a1a1a'
set label 'One call, causal, float32, d = 64, 1 head. FLOPs: 4·d a pair that the mask allows; bytes: queries, keys, values and' at screen 0.0194, screen 0.8299 left font ',11.5' tc rgb '#595959'
set label 'outputs, once. Medians with 95 % intervals, one point a length; the ceilings are measured in the same run.' at screen 0.0194, screen 0.7987 left font ',11.5' tc rgb '#595959'
set label 'full, 1 thread was skipped at 512K: one call would take about 2.9 min, with its tensors and its check 2.9 min; that does not fit into' at screen 0.0194, screen 0.1542 left font ',10.5' tc rgb '#595959'
set label 'what is left of the time budget of 15 min.' at screen 0.0194, screen 0.1229 left font ',10.5' tc rgb '#595959'
set label 'full, 1 thread was skipped at 1M: one call would take about 12 min, with its tensors and its check 12 min; that does not fit into' at screen 0.0194, screen 0.0917 left font ',10.5' tc rgb '#595959'
set label 'what is left of the time budget of 15 min.' at screen 0.0194, screen 0.0604 left font ',10.5' tc rgb '#595959'
set label '… all in the report.' at screen 0.0194, screen 0.0292 left font ',10.5' tc rgb '#595959'
set label 'intensity (FLOP/byte)' at screen 0.3350, screen 0.2021 center font ',11.5' tc rgb '#595959'
set logscale x 2
set logscale y 10
set xrange [0.3842402:42619.86]
set yrange [10.3326:774.548]
set xtics ('1' 1, '4' 4, '16' 16, '64' 64, '256' 256, '1,024' 1024, '4,096' 4096, '16,384' 16384)
set ytics ('20' 20, '50' 50, '100' 100, '200' 200, '500' 500)
set lmargin at screen 0.0661
set rmargin at screen 0.6039
set bmargin at screen 0.2854
set tmargin at screen 0.7195
set label 'useful GFLOP/s' at screen 0.0194, screen 0.7549 left font ',11.5' tc rgb '#595959'
set label 'full, 1 thread' at screen 0.6400, screen 0.5674 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6001, screen 0.5848 to screen 0.6123, screen 0.5848 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.5848 to screen 0.6345, screen 0.5674 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label 'full, 2 threads' at screen 0.6400, screen 0.6924 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.5680, screen 0.6453 to screen 0.6123, screen 0.6453 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.6453 to screen 0.6345, screen 0.6924 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label 'sliding-window(1024), 1 thread' at screen 0.6400, screen 0.5049 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.3755, screen 0.5708 to screen 0.6123, screen 0.5708 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.5708 to screen 0.6345, screen 0.5049 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label 'sliding-window(1024), 2 threads' at screen 0.6400, screen 0.6612 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.3753, screen 0.6406 to screen 0.6123, screen 0.6406 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.6406 to screen 0.6345, screen 0.6612 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label 'chunked-overlap(1024)' at screen 0.6400, screen 0.4737 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.3755, screen 0.4981 to screen 0.6123, screen 0.4981 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.4981 to screen 0.6345, screen 0.4737 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label 'attention-sink(4+1024)' at screen 0.6400, screen 0.5362 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.3756, screen 0.5755 to screen 0.6123, screen 0.5755 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.5755 to screen 0.6345, screen 0.5362 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label 'chunked-local(8192)' at screen 0.6400, screen 0.5987 left font ',11.5' tc rgb '#E69F00'
set arrow from screen 0.4397, screen 0.5871 to screen 0.6123, screen 0.5871 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.5871 to screen 0.6345, screen 0.5987 nohead lt 1 dt 1 lw 0.5 lc rgb '#E69F00' back
set label 'decode-full' at screen 0.6400, screen 0.3410 left font ',11.5' tc rgb '#56B4E9'
set arrow from screen 0.0866, screen 0.3410 to screen 0.6123, screen 0.3410 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.3410 to screen 0.6345, screen 0.3410 nohead lt 1 dt 1 lw 0.5 lc rgb '#56B4E9' back
set label 'decode-window(1024)' at screen 0.6400, screen 0.4424 left font ',11.5' tc rgb '#000000'
set arrow from screen 0.0866, screen 0.4533 to screen 0.6123, screen 0.4533 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6123, screen 0.4533 to screen 0.6345, screen 0.4424 nohead lt 1 dt 1 lw 0.5 lc rgb '#000000' back
set label 'peak of float32 on 1 thread: 242 GFLOP/s' at screen 0.6400, screen 0.6299 left font ',11.5' tc rgb '#595959'
set arrow from screen 0.6123, screen 0.6025 to screen 0.6345, screen 0.6299 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
set label 'peak of float32 on 2 threads: 484 GFLOP/s' at screen 0.6400, screen 0.7237 left font ',11.5' tc rgb '#595959'
set arrow from screen 0.6123, screen 0.6722 to screen 0.6345, screen 0.7237 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
set label '  memory on 1 thread: 40.4 GB/s' at screen 0.2002, screen 0.6213 left font ',11.5' tc rgb '#595959'
set label '  memory on 2 threads: 80.8 GB/s' at screen 0.2002, screen 0.6910 left font ',11.5' tc rgb '#595959'
plot 'roofline.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'roofline.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'roofline.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'roofline.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'roofline.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with lines dt 1 lw 1.75 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 5 ? $4 : NaN):5 with lines dt (14,8) lw 1.75 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 6 ? $4 : NaN):5 with lines dt 1 lw 1.575 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 7 ? $4 : NaN):5 with lines dt (14,8) lw 1.575 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 8 ? $4 : NaN):5 with lines dt 1 lw 1.4 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 9 ? $4 : NaN):5 with lines dt 1 lw 1.225 lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 10 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#E69F00', \
  'roofline.csv' skip 1 using ($1 == 11 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#56B4E9', \
  'roofline.csv' skip 1 using ($1 == 12 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#000000', \
  'roofline.csv' skip 1 using ($1 == 13 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 13 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 14 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 14 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#ffffff', \
  'roofline.csv' skip 1 using ($1 == 14 ? $4 : NaN):5 with points pt 6 ps 0.9*mark lw 1.2 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 15 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 15 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 16 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 16 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#ffffff', \
  'roofline.csv' skip 1 using ($1 == 16 ? $4 : NaN):5 with points pt 4 ps 0.81*mark lw 1.2 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 17 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 17 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 18 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 18 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 19 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#E69F00', \
  'roofline.csv' skip 1 using ($1 == 19 ? $4 : NaN):5 with points pt 11 ps 0.54*mark lc rgb '#E69F00', \
  'roofline.csv' skip 1 using ($1 == 20 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#56B4E9', \
  'roofline.csv' skip 1 using ($1 == 20 ? $4 : NaN):5 with points pt 15 ps 0.54*mark lc rgb '#56B4E9', \
  'roofline.csv' skip 1 using ($1 == 21 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#000000', \
  'roofline.csv' skip 1 using ($1 == 21 ? $4 : NaN):5 with points pt 7 ps 0.54*mark lc rgb '#000000'
unset output
unset label
unset arrow
unset logscale
}
